// How work reaches threads, and what a small call costs from socket to socket. Each figure stands beside its reference
// from the same run.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "base/worker_pool.hpp"
#include "base/writer.hpp"
#include "wire/client.hpp"
#include "wire/listener.hpp"
#include "wire/unix_address.hpp"

namespace {

using lodge::Bytes;
using lodge::ByteView;
using namespace lodge::wire;  // NOLINT(google-build-using-namespace)

const lodge::SystemClock system_clock;
constexpr int rounds = 5;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// What is measured and its reference take turns, so that a change of the machine's mood hits both.
void compare(std::string_view name, std::string_view unit, const std::function<double()>& ours,
             std::string_view reference, const std::function<double()>& theirs) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < rounds; ++i) {
    a.push_back(ours());
    b.push_back(theirs());
  }
  fmt::print("{}\t{:.0f}\t{}\t{}\t{:.0f}\t{:.2f}\t{}\n", name, median(a), unit, reference, median(b),
             median(a) / median(b), rounds);
}

// ---- handing over

class CountDown final : public lodge::Task {
 public:
  explicit CountDown(std::atomic<std::size_t>& left) : left_(left) {}
  void run() noexcept override {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_one();
  }

 private:
  std::atomic<std::size_t>& left_;
};

// The alternative that the pool is measured against: a deque, one condition variable for all, one wake-up a task.
class SharedCondition final : public lodge::Executor {
 public:
  explicit SharedCondition(unsigned workers) {
    for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  ~SharedCondition() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  [[nodiscard]] std::size_t submit(std::span<lodge::Task* const> tasks) override {
    {
      std::lock_guard lock(mutex_);
      queue_.insert(queue_.end(), tasks.begin(), tasks.end());
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) wake_.notify_one();
    return tasks.size();
  }
  void submit_always(lodge::Task& task) override {
    lodge::Task* one = &task;
    static_cast<void>(submit({&one, 1}));
  }
  void enter_blocked() override {}
  void leave_blocked() override {}
  [[nodiscard]] bool on_loop_thread() const override { return false; }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
      if (queue_.empty()) return;
      lodge::Task* task = queue_.front();
      queue_.pop_front();
      lock.unlock();
      task->run();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<lodge::Task*> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// Tasks a second, handed over `batch` at a time, the next batch when the last one is done.
double handed_over(lodge::Executor& executor, std::size_t batch) {
  std::atomic<std::size_t> left{0};
  std::vector<CountDown> tasks(batch, CountDown(left));
  std::vector<lodge::Task*> pointers;
  for (CountDown& task : tasks) pointers.push_back(&task);
  const lodge::MonotonicNs start = system_clock.now();
  std::size_t done = 0;
  while (system_clock.now() - start < 300'000'000) {
    left.store(batch, std::memory_order_release);
    static_cast<void>(executor.submit(pointers));
    for (std::size_t seen = 0; (seen = left.load(std::memory_order_acquire)) != 0;) left.wait(seen);
    done += batch;
  }
  return static_cast<double>(done) * 1e9 / static_cast<double>(system_clock.now() - start);
}

void bench_hand_over() {
  for (const std::size_t batch : {std::size_t{1}, std::size_t{16}, std::size_t{256}, std::size_t{4096}}) {
    lodge::WorkerPool pool({.workers = 2});
    SharedCondition shared(2);
    compare(
        fmt::format("threads.hand_over.{}", batch), "tasks/s", [&] { return handed_over(pool, batch); },
        "one condition variable", [&] { return handed_over(shared, batch); });
  }
}

// ---- socket to socket

// A bare libuv echo over the same kind of socket: the floor under everything here.
class BareEcho {
 public:
  explicit BareEcho(const std::string& path) : thread_([this, path] { run(path); }) { started_.wait(); }
  ~BareEcho() {
    uv_async_send(&stop_);
    thread_.join();
  }

 private:
  struct Peer {
    uv_pipe_t pipe;
    char buffer[65536];
  };
  void run(const std::string& path) {
    uv_loop_init(&loop_);
    uv_async_init(&loop_, &stop_, [](uv_async_t* stop) { uv_stop(stop->loop); });
    uv_pipe_init(&loop_, &server_, 0);
    uv_pipe_bind(&server_, path.c_str());
    uv_listen(reinterpret_cast<uv_stream_t*>(&server_), 128, &accept);
    started_.count_down();
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_walk(
        &loop_,
        [](uv_handle_t* handle, void*) {
          // Only peers have data; the other handles lie in this object.
          const bool peer = handle->data != nullptr;
          const uv_close_cb free_peer = [](uv_handle_t* closed) { delete static_cast<Peer*>(closed->data); };
          uv_close(handle, peer ? free_peer : nullptr);
        },
        nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }
  static void accept(uv_stream_t* server, int) {
    auto* peer = new Peer;
    uv_pipe_init(server->loop, &peer->pipe, 0);
    peer->pipe.data = peer;
    auto* stream = reinterpret_cast<uv_stream_t*>(&peer->pipe);
    uv_accept(server, stream);
    uv_read_start(
        stream,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
          *buffer = uv_buf_init(static_cast<Peer*>(handle->data)->buffer, sizeof(Peer::buffer));
        },
        [](uv_stream_t* from, ssize_t got, const uv_buf_t* buffer) {
          if (got < 0) return static_cast<void>(uv_read_stop(from));
          uv_buf_t back = uv_buf_init(buffer->base, static_cast<unsigned>(got));
          uv_try_write(from, &back, 1);
        });
  }

  uv_loop_t loop_{};
  uv_async_t stop_{};
  uv_pipe_t server_{};
  std::latch started_{1};
  std::thread thread_;
};

// A host that answers every call with its first argument: on the loop, or on workers.
class Echo final : public Listener::Handler, private lodge::TurnEnd {
 public:
  Echo(const std::string& path, bool on_workers, std::uint32_t spin_us)
      : loop_(std::move(*lodge::Loop::create(system_clock, spin_us))), pool_({.workers = 2, .spin_us = spin_us}) {
    on_workers_ = on_workers;
    listener_ = std::move(*Listener::open(*loop_, path, *this));
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~Echo() override {
    loop_->post([this] {
      listener_->close();
      closing_ = true;
      listener_->close_connections({lodge::Code::CANCELLED, "done"});
      if (listener_->connections() == 0) loop_->stop();
    });
    thread_.join();
    static_cast<void>(pool_.stop(1'000'000'000).ok());
  }

 private:
  struct Job final : lodge::Task {
    Job(std::shared_ptr<Connection> to, Frame&& call) : connection(std::move(to)), frame(std::move(call)) {}
    void run() noexcept override {
      thread_local lodge::Writer writer;
      writer.clear();
      answer(writer, frame);
      static_cast<void>(connection->send(writer.view()).ok());
      connection->finished();
      delete this;
    }
    std::shared_ptr<Connection> connection;
    Frame frame;
  };
  static void answer(lodge::Writer& writer, const Frame& frame) {
    const auto call = parse_call(frame.body);
    const auto mark =
        begin_frame(writer, {.kind = FrameKind::reply, .executed = lodge::Executed::yes, .id = frame.header.id});
    static_cast<void>(mark && append(writer, call->args.bytes()) && end_frame(writer, *mark).ok());
  }
  void on_opened(const std::shared_ptr<Connection>&) override {}
  void on_frame(Connection& connection, Frame&& frame) override {
    if (frame.header.kind == FrameKind::hello) {
      writer_.clear();
      static_cast<void>(append_hello(writer_, {.name = "echo", .software = "bench"}).ok());
      static_cast<void>(connection.collect(writer_.view()).ok());
    } else if (on_workers_) {
      if (jobs_.empty()) loop_->at_turn_end(*this);
      jobs_.push_back(new Job(connection.shared_from_this(), std::move(frame)));
    } else {
      writer_.clear();
      answer(writer_, frame);
      static_cast<void>(connection.collect(writer_.view()).ok());
      connection.finished();
    }
  }
  void on_closed(Connection&, const lodge::Error&) override {
    if (closing_ && listener_->connections() == 0) loop_->stop();
  }
  void at_turn_end() override {
    static_cast<void>(pool_.submit(jobs_));
    jobs_.clear();
  }

  std::unique_ptr<lodge::Loop> loop_;
  lodge::WorkerPool pool_;
  bool on_workers_ = false;
  bool closing_ = false;
  lodge::Writer writer_;
  std::vector<lodge::Task*> jobs_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
};

Bytes one_call() {
  lodge::Writer writer;
  const Bytes args = Value(std::string(30, 'x')).pack();
  static_cast<void>(append_call(writer, {.kind = FrameKind::call, .id = 1},
                                {.service = "echo", .name = "echo", .args = PackedValues::vouched(args, 1)})
                        .ok());
  return writer.take();
}

// Round trips a second of `depth` calls at a time, of `reply_size` bytes each, over a greeted (or bare) socket.
double round_trips(int fd, const Bytes& request, std::size_t reply_size, std::size_t depth) {
  Bytes batch;
  for (std::size_t i = 0; i < depth; ++i) batch.insert(batch.end(), request.begin(), request.end());
  Bytes answer(reply_size * depth);
  const lodge::MonotonicNs start = system_clock.now();
  std::size_t done = 0;
  while (system_clock.now() - start < 500'000'000) {
    static_cast<void>(::send(fd, batch.data(), batch.size(), MSG_NOSIGNAL));
    if (::recv(fd, answer.data(), answer.size(), MSG_WAITALL) != static_cast<ssize_t>(answer.size())) return 0;
    done += depth;
  }
  return static_cast<double>(done) * 1e9 / static_cast<double>(system_clock.now() - start);
}

void bench_echo(std::string_view name, bool on_workers, std::uint32_t spin_us) {
  const std::string base = std::filesystem::temp_directory_path() / ("lodge-bench-" + std::to_string(::getpid()));
  const Bytes request = one_call();
  const std::size_t reply_size = frame_header_bytes + Value(std::string(30, 'x')).pack().size();
  const Echo echo(base, on_workers, spin_us);
  const BareEcho bare(base + "-bare");
  auto ours = Client::connect(base, system_clock, "bench");
  const int theirs = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = UnixAddress::of(base + "-bare");
  if (!ours || ::connect(theirs, address->get(), address->size()) != 0) return;
  for (const std::size_t depth : {std::size_t{1}, std::size_t{16}, std::size_t{256}}) {
    compare(
        fmt::format("threads.{}.{}", name, depth), "calls/s",
        [&] { return round_trips(ours->descriptor(), request, reply_size, depth); }, "libuv echo",
        [&] { return round_trips(theirs, request, request.size(), depth); });
  }
  ours->close();
  ::close(theirs);
  ::unlink((base + "-bare").c_str());
}

}  // namespace

int main() {
  bench_hand_over();
  bench_echo("quick", false, 0);
  bench_echo("quick_spin", false, 200);
  bench_echo("worker", true, 0);
  return 0;
}
