// Who holds names, and which: so that they go when their owner goes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "names/quota.hpp"

namespace lodge::names {

/// The two kinds of names.
enum class Kind : std::uint8_t { unique, shared };

/// A service, or something that a plugin opened for itself. Its notes of names are a log that may name one twice, or
/// one that it gave back: cheap to write, read once.
class Owner {
 public:
  /// `quota`: what its names count against, beside the node's.
  Owner(std::uint64_t id, std::string_view service, std::string_view label, std::shared_ptr<Quota> quota)
      : id_(id),
        service_(service),
        text_(label.empty() ? service_ : service_ + "/" + std::string(label)),
        quota_(std::move(quota)) {}

  /// Unique in the process, never 0.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::string& service() const { return service_; }
  /// "service" or "service/label".
  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] Quota& quota() { return *quota_; }

  /// Over everything below: whoever gives it a name or takes one away holds this.
  [[nodiscard]] std::mutex& mutex() { return mutex_; }

  /// It is gone: gets no names any more.
  [[nodiscard]] bool closed() const { return closed_; }
  void close() { closed_ = true; }

  void note(Kind kind, ByteView name) {
    ++held_;
    ++noted_;
    log_.push_back(static_cast<char>(kind));
    log_.push_back(static_cast<char>(name.size()));
    log_.append(text_of(name));
  }
  void forget_one() { --held_; }

  /// Most of the log is about names that were given back.
  [[nodiscard]] bool wants_tidying() const { return noted_ > 256 && noted_ > 4 * held_; }

  using See = std::function<void(Kind kind, ByteView name)>;
  /// Shows the notes to `see` and starts a new log, to which `see` may note.
  void take_notes(const See& see) {
    const std::string log = std::exchange(log_, {});
    held_ = noted_ = 0;
    for (std::size_t at = 0; at < log.size();) {
      const auto size = static_cast<std::uint8_t>(log[at + 1]);
      see(static_cast<Kind>(log[at]), view_of(std::string_view(log).substr(at + 2, size)));
      at += 2 + size;
    }
  }

 private:
  const std::uint64_t id_;
  const std::string service_;
  const std::string text_;
  const std::shared_ptr<Quota> quota_;

  std::mutex mutex_;
  bool closed_ = false;
  std::string log_;  ///< kind, size, name; again and again
  std::uint64_t noted_ = 0;
  std::uint64_t held_ = 0;
};

}  // namespace lodge::names
