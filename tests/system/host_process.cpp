#include "host_process.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "wire/json.hpp"
#include "wire/unix_address.hpp"

namespace lodge::system_test {

namespace {

constexpr std::string_view host_section = R"(
[host]
name = "alpha"
data_dir = "data"
plugin_dirs = ["plugins"]
socket = "lodged.sock"
)";

/// Where a service says that it is ready, as systemd listens.
class ReadySocket {
 public:
  explicit ReadySocket(const std::filesystem::path& path) : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    const auto address = wire::UnixAddress::of(path);
    if (!address || ::bind(socket_.get(), address->get(), address->size()) != 0) {
      throw std::runtime_error("cannot listen on " + path.string());
    }
  }
  ~ReadySocket() { std::filesystem::remove(path_); }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;

  /// False: the process ended, or said nothing.
  [[nodiscard]] bool heard(const ChildProcess& process) const {
    for (;;) {
      pollfd waiting[] = {{socket_.get(), POLLIN, 0}, {process.descriptor(), POLLIN, 0}};
      if (::poll(waiting, 2, static_cast<int>(patience.count())) <= 0 || (waiting[0].revents & POLLIN) == 0)
        return false;
      std::array<char, 512> message{};
      const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), 0);
      if (size > 0 && std::string_view(message.data(), static_cast<std::size_t>(size)).starts_with("READY=1"))
        return true;
    }
  }

 private:
  const std::filesystem::path path_;
  const platform::UniqueFd socket_;
};

}  // namespace

void write_config(const ScratchDirectory& directory, std::string_view text) {
  directory.write("lodged.toml", std::string(text) + std::string(host_section));
}

Outcome run_lodged(const ScratchDirectory& directory, std::string_view config, const std::vector<std::string>& args) {
  write_config(directory, config);
  std::vector<std::string> words = {"--config", "lodged.toml"};
  words.insert(words.end(), args.begin(), args.end());
  return run(directory, "lodged", words);
}

HostProcess::HostProcess(const ScratchDirectory& directory, std::string_view config, const std::string& tag)
    : directory_(directory) {
  write_config(directory, config);
  const std::filesystem::path path = directory.path() / (tag + ".ready");
  const ReadySocket ready(path);
  process_ = std::make_unique<ChildProcess>(directory, "lodged", std::vector<std::string>{"--config", "lodged.toml"},
                                            tag, std::vector<std::string>{"NOTIFY_SOCKET=" + path.string()});
  if (!ready.heard(*process_)) throw std::runtime_error("the host did not get ready:\n" + log());
}

wire::Client HostProcess::connect() const {
  auto client = wire::Client::connect(socket(), clock_, "test");
  if (!client) throw std::runtime_error(client.error().text() + "\n" + log());
  return *std::move(client);
}

Result<wire::Value> HostProcess::call(std::string_view service, std::string_view function,
                                      const wire::Value::List& args) const {
  wire::Client client = connect();
  const auto answer = client.call(service, function, packed(args), static_cast<std::uint32_t>(args.size()));
  if (!answer) return answer.error();
  return wire::Value::unpack(*answer);
}

Outcome HostProcess::lodgectl(std::vector<std::string> args) const {
  args.insert(args.end(), {"--socket", "lodged.sock"});
  return run(directory_, "lodgectl", args);
}

wire::Value HostProcess::ask(std::vector<std::string> args) const {
  args.emplace_back("--json");
  const Outcome outcome = lodgectl(std::move(args));
  const auto value = wire::value_from_json(outcome.out);
  if (outcome.ended != "exited 0" || !value) throw std::runtime_error(outcome.ended + "\n" + outcome.out + outcome.err);
  return *value;
}

Outcome HostProcess::stop() {
  process_->signal(SIGTERM);
  return process_->outcome();
}

Bytes packed(const wire::Value::List& args) {
  Bytes out;
  for (const wire::Value& each : args) {
    const Bytes bytes = each.pack();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

}  // namespace lodge::system_test
