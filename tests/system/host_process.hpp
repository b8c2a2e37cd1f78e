// A `lodged` of a test's own, and what a test does with it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "child_process.hpp"
#include "scratch_directory.hpp"
#include "wire/client.hpp"
#include "wire/value.hpp"

namespace lodge::system_test {

/// Writes lodged.toml: the text, then a [host] that keeps everything in the directory. The text comes first, so that
/// its lines are the file's.
void write_config(const ScratchDirectory& directory, std::string_view text);

/// `lodged --config lodged.toml ARGS`, run to its end.
[[nodiscard]] Outcome run_lodged(const ScratchDirectory& directory, std::string_view config,
                                 const std::vector<std::string>& args = {});

class HostProcess {
 public:
  /// Starts a host and waits until it says that it is ready. Throws, with what it said, where it ends instead.
  HostProcess(const ScratchDirectory& directory, std::string_view config, const std::string& tag = "lodged");

  [[nodiscard]] ChildProcess& process() { return *process_; }
  [[nodiscard]] std::filesystem::path socket() const { return directory_.path() / "lodged.sock"; }
  [[nodiscard]] std::string log() const { return process_->err(); }

  /// A greeted connection. Throws where there is none to have.
  [[nodiscard]] wire::Client connect() const;
  /// One call on a connection of its own.
  [[nodiscard]] Result<wire::Value> call(std::string_view service, std::string_view function,
                                         const wire::Value::List& args) const;
  /// `lodgectl --socket ... ARGS`.
  [[nodiscard]] Outcome lodgectl(std::vector<std::string> args) const;
  /// What `lodgectl --json ARGS` printed. Throws where it failed.
  [[nodiscard]] wire::Value ask(std::vector<std::string> args) const;

  /// SIGTERM, and the end.
  [[nodiscard]] Outcome stop();

 private:
  const ScratchDirectory& directory_;
  SystemClock clock_;
  std::unique_ptr<ChildProcess> process_;
};

/// Values as a call carries them.
[[nodiscard]] Bytes packed(const wire::Value::List& args);

/// Waits until it is so; false: it was not within `patience`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace lodge::system_test
