// Group `control`: calls over the control socket of a real host, beside a bare libuv echo of the same frame sizes. One
// client program for both: only the servers differ.
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/writer.hpp"
#include "figure.hpp"
#include "wire/envelope.hpp"

extern char** environ;

namespace lodge::bench {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_control: %s\n", why.c_str());
  std::exit(70);
}

/// A server program, from its start to the benchmark's end.
class Server {
 public:
  explicit Server(std::vector<std::string> command) {
    std::vector<char*> argv;
    for (std::string& each : command) argv.push_back(each.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) give_up("cannot run " + command[0]);
  }
  ~Server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  pid_t pid_ = 0;
};

int connect_to(const fs::path& path) {
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  for (;;) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    close(fd);
    if (Clock::now() > deadline) give_up("nobody listens on " + path.string());
    std::this_thread::yield();
  }
}

void write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = write(fd, bytes.data(), bytes.size());
    if (sent <= 0) give_up("the server does not read");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

void read_all(int fd, std::size_t size, std::vector<std::uint8_t>& into) {
  into.resize(size);
  if (recv(fd, into.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) give_up("the server does not answer");
}

/// A server and what is said to it: `request` is answered with `reply_bytes` bytes.
struct Spoken {
  fs::path socket;
  Bytes greeting;
  Bytes request;
  std::size_t reply_bytes = 0;

  [[nodiscard]] int connect() const {
    const int fd = connect_to(socket);
    if (greeting.empty()) return fd;
    write_all(fd, greeting);
    std::vector<std::uint8_t> answer;
    read_all(fd, 4, answer);
    read_all(fd, answer[0] | (std::size_t{answer[1]} << 8), answer);
    return fd;
  }
};

/// Median time of one call after the other, in microseconds.
double p50_us(const Spoken& server) {
  const int fd = server.connect();
  std::vector<std::uint8_t> reply;
  std::vector<double> times;
  for (int i = 0; i < 4000; ++i) {
    const Clock::time_point begin = Clock::now();
    write_all(fd, server.request);
    read_all(fd, server.reply_bytes, reply);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  close(fd);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

/// Calls a second, in thousands, of `connections` clients with `depth` calls under way each.
double kilo_per_second(const Spoken& server, std::size_t connections, std::size_t depth) {
  std::vector<int> fds;
  for (std::size_t i = 0; i < connections; ++i) fds.push_back(server.connect());
  Bytes requests;
  for (std::size_t i = 0; i < depth; ++i) requests.insert(requests.end(), server.request.begin(), server.request.end());
  std::vector<std::uint8_t> replies;
  std::size_t calls = 0;
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < std::chrono::milliseconds(400)) {
    for (const int fd : fds) write_all(fd, requests);
    for (const int fd : fds) read_all(fd, server.reply_bytes * depth, replies);
    calls += connections * depth;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  for (const int fd : fds) close(fd);
  return static_cast<double>(calls) / seconds / 1000;
}

/// A call of `function` with 32 bytes, as a whole frame.
Bytes call_frame(const std::string& function) {
  Bytes argument{0xc4, 32};
  argument.resize(34, 'x');
  Writer writer;
  const wire::FrameHeader header{.kind = wire::FrameKind::call, .id = 1};
  if (!wire::append_call(writer, header,
                         {.service = "echo", .name = function, .args = wire::PackedValues::vouched(argument, 1)})) {
    give_up("no frame");
  }
  return writer.take();
}

Bytes hello_frame() {
  Writer writer;
  if (!wire::append_hello(writer, {.name = "bench", .software = "bench"})) give_up("no frame");
  return writer.take();
}

/// How long the host's reply to a call is.
std::size_t reply_bytes(Spoken spoken) {
  const int fd = spoken.connect();
  write_all(fd, spoken.request);
  std::vector<std::uint8_t> length;
  read_all(fd, 4, length);
  const std::size_t rest = length[0] | (std::size_t{length[1]} << 8);
  std::vector<std::uint8_t> body;
  read_all(fd, rest, body);
  close(fd);
  if ((body[1] & 8) != 0) give_up("the host answers with an error: " + std::string(body.begin() + 20, body.end()));
  return 4 + rest;
}

/// Waits until the host serves the plugin.
void wait_until_served(const Spoken& spoken) {
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  for (;;) {
    const int fd = spoken.connect();
    write_all(fd, spoken.request);
    std::vector<std::uint8_t> bytes;
    read_all(fd, 4, bytes);
    const std::size_t rest = bytes[0] | (std::size_t{bytes[1]} << 8);
    read_all(fd, rest, bytes);
    close(fd);
    if ((bytes[1] & 8) == 0) return;
    if (Clock::now() > deadline) give_up("the host does not serve: " + std::string(bytes.begin() + 20, bytes.end()));
    std::this_thread::yield();
  }
}

/// The processors that this process, and what it starts from now on, may run on.
void pin(const std::vector<std::size_t>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const std::size_t cpu : cpus) CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) give_up("cannot choose processors");
}

/// Both servers at work, on processors of their own choice; the client's are set afterwards.
class Stage {
 public:
  Stage(const fs::path& root, const std::vector<std::size_t>& server_cpus, const std::vector<std::size_t>& client_cpus)
      : quick{root / "lodged.sock", hello_frame(), call_frame("echo"), 0},
        worker{root / "lodged.sock", hello_frame(), call_frame("echo_on_worker"), 0} {
    pin(server_cpus);
    host_ =
        std::make_unique<Server>(std::vector<std::string>{LODGED_PROGRAM, "--config", (root / "lodged.toml").string()});
    wait_until_served(quick);
    quick.reply_bytes = worker.reply_bytes = reply_bytes(quick);
    fs::remove(root / "echo.sock");
    bare = {root / "echo.sock", {}, quick.request, quick.reply_bytes};
    echo_ = std::make_unique<Server>(std::vector<std::string>{
        ECHO_PROGRAM, bare.socket.string(), std::to_string(bare.request.size()), std::to_string(bare.reply_bytes)});
    pin(client_cpus);
  }

  Spoken quick;
  Spoken worker;
  Spoken bare;

 private:
  std::unique_ptr<Server> host_;
  std::unique_ptr<Server> echo_;
};

const std::string reference = "bare libuv echo";

// Whether waking the other side crosses to another core is worth a factor of ten, and otherwise left to the scheduler's
// mood: so it is said.
void measure_latency(Figures& figures, const Stage& stage, const std::string& placement) {
  const auto bare = [&stage] { return p50_us(stage.bare); };
  figures.compare("control.calls.1." + placement, "us p50", Better::less, [&stage] { return p50_us(stage.quick); },
                  {{reference, bare}});
  figures.compare("control.calls.1.worker." + placement, "us p50", Better::less,
                  [&stage] { return p50_us(stage.worker); }, {{reference, bare}});
}

void measure_load(Figures& figures, const Stage& stage) {
  for (const std::size_t depth : {std::size_t{1}, std::size_t{16}}) {
    const std::string load = ".64x" + std::to_string(depth);
    const auto bare = [&stage, depth] { return kilo_per_second(stage.bare, 64, depth); };
    figures.compare("control.calls" + load, "k/s", Better::more,
                    [&] { return kilo_per_second(stage.quick, 64, depth); }, {{reference, bare}});
    figures.compare("control.calls" + load + ".worker", "k/s", Better::more,
                    [&] { return kilo_per_second(stage.worker, 64, depth); }, {{reference, bare}});
  }
}

std::vector<std::size_t> all_cpus() {
  std::vector<std::size_t> out;
  for (std::size_t cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) out.push_back(cpu);
  return out;
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) {
  using namespace lodge::bench;  // NOLINT: a program of one file
  Figures figures(argc, argv);
  char directory[] = "/tmp/lodge-bench-XXXXXX";
  if (mkdtemp(directory) == nullptr) give_up("no temporary directory");
  const fs::path root(directory);
  std::ofstream(root / "lodged.toml") << "[host]\nname = \"bench\"\ndata_dir = \"data\"\nsocket = \"lodged.sock\"\n"
                                      << "plugin_dirs = [\"" << BENCH_PLUGIN_DIR << "\"]\n[log]\nlevel = \"error\"\n"
                                      << "[service.echo]\nplugins = [\"bench_echo\"]\n";
  const std::vector<std::size_t> all = all_cpus();
  measure_latency(figures, Stage(root, {0}, {0}), "same_core");
  if (all.size() > 1) measure_latency(figures, Stage(root, {0}, {1}), "other_core");
  measure_load(figures, Stage(root, all, all));
  fs::remove_all(root);
}
