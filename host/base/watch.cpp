#include "base/watch.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "base/stack_id.hpp"

namespace lodge {

namespace {

/// So many changes are told before other tasks get their turn.
constexpr int told_per_run = 64;

struct Change {
  std::uint32_t what;
  Bytes key;
  Bytes value;
  [[nodiscard]] std::size_t bytes() const { return key.size() + value.size(); }
};

}  // namespace

/// One watch, and the task that tells it. Kept alive by its hub, and by itself while it waits for a worker.
class Watch final : public Task, public std::enable_shared_from_this<Watch> {
 public:
  Watch(Executor& executor, ByteView key, bool prefix, std::uint64_t owner, WatchHub::Tell tell)
      : key_(copy_of(key)), prefix_(prefix), owner_(owner), executor_(executor), tell_(std::move(tell)) {}

  [[nodiscard]] const Bytes& key() const { return key_; }
  [[nodiscard]] bool prefix() const { return prefix_; }
  [[nodiscard]] std::uint64_t owner() const { return owner_; }
  [[nodiscard]] lodge_handle handle() const { return handle_; }
  void set_handle(lodge_handle handle) { handle_ = handle; }
  /// Where it stands in a list of its hub, so that it is found there; under the hub's lock.
  struct Places {
    std::size_t by_key = 0;
    std::size_t by_owner = 0;
  };
  [[nodiscard]] Places& places() { return places_; }
  [[nodiscard]] bool covers(ByteView key) const {
    return key.size() >= key_.size() && std::equal(key_.begin(), key_.end(), key.begin());
  }

  /// True: it sleeps and must be woken.
  [[nodiscard]] bool queue(const std::shared_ptr<const Change>& change) {
    static const auto lost = std::make_shared<const Change>(Change{LODGE_WATCH_LOST, {}, {}});
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    const bool room = changes_.size() < WatchHub::queued_max && bytes_ <= WatchHub::queued_bytes_max;
    const std::shared_ptr<const Change>& queued = room ? change : lost;
    if (room || changes_.back()->what != LODGE_WATCH_LOST) {
      bytes_ += queued->bytes();
      changes_.push_back(queued);
    }
    return !std::exchange(scheduled_, true);
  }

  void wake() {
    {
      std::lock_guard lock(mutex_);
      self_ = shared_from_this();
    }
    executor_.submit_always(*this);
  }

  void run() noexcept override {
    std::shared_ptr<Watch> self;  // outlives the lock, which may be in what it frees
    std::unique_lock lock(mutex_);
    self = std::move(self_);
    running_ = this_stack();
    for (int told = 0; told < told_per_run && !closed_ && !changes_.empty(); ++told) {
      const std::shared_ptr<const Change> change = std::move(changes_.front());
      changes_.pop_front();
      bytes_ -= change->bytes();
      lock.unlock();
      const lodge_watch_event event{sizeof event, change->what, 0, slice_of(ByteView(change->key)),
                                    slice_of(ByteView(change->value))};
      tell_(event);
      lock.lock();
    }
    running_ = nullptr;
    idle_.notify_all();
    scheduled_ = !closed_ && !changes_.empty();
    if (!scheduled_) return;
    self_ = self;
    lock.unlock();
    executor_.submit_always(*this);
  }

  /// Nothing is told any more. Waits for what is being told, except from within.
  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changes_.clear();
    bytes_ = 0;
    if (running_ == nullptr || running_ == this_stack()) return;
    (void)executor_.wait(lock, idle_, without_end, [this] { return running_ == nullptr; });
  }

 private:
  const Bytes key_;
  const bool prefix_;
  const std::uint64_t owner_;
  lodge_handle handle_ = 0;
  Places places_;
  Executor& executor_;
  const WatchHub::Tell tell_;

  std::mutex mutex_;  ///< over all below
  std::condition_variable idle_;
  std::deque<std::shared_ptr<const Change>> changes_;
  std::size_t bytes_ = 0;          ///< of the changes
  std::shared_ptr<Watch> self_;    ///< while a task of it waits for a worker
  const void* running_ = nullptr;  ///< the stack that tells it now
  bool scheduled_ = false;
  bool closed_ = false;
};

namespace {

using Place = std::size_t Watch::Places::*;
using Listed = std::vector<std::shared_ptr<Watch>>;

void put_in(Listed& list, const std::shared_ptr<Watch>& watch, Place place) {
  watch->places().*place = list.size();
  list.push_back(watch);
}

// The last one takes its place: no list has an order. True: the list is empty now.
bool take_out(Listed& list, Watch& watch, Place place) {
  const std::size_t at = watch.places().*place;
  list.back()->places().*place = at;
  std::swap(list[at], list.back());
  list.pop_back();
  return list.empty();
}

}  // namespace

WatchHub::~WatchHub() {
  for (auto& [key, held] : exact_) {
    for (auto& each : held) each->close();
  }
  for (auto& each : prefixes_) each->close();
}

lodge_handle WatchHub::add(ByteView key, bool prefix, std::uint64_t owner, Tell tell) {
  auto watch = std::make_shared<Watch>(executor_, key, prefix, owner, std::move(tell));
  std::unique_lock lock(mutex_);
  Held& owned = by_owner_[owner];
  if (owned.size() >= watches_max) return 0;
  const lodge_handle handle = handles_.add(watch);
  watch->set_handle(handle);
  put_in(prefix ? prefixes_ : exact_[watch->key()], watch, &Watch::Places::by_key);
  put_in(owned, watch, &Watch::Places::by_owner);
  watches_.fetch_add(1, std::memory_order_release);
  return handle;
}

void WatchHub::unlist(Watch& watch) {
  std::unique_lock lock(mutex_);
  if (watch.prefix()) {
    take_out(prefixes_, watch, &Watch::Places::by_key);
  } else {
    const auto found = exact_.find(watch.key());
    if (take_out(found->second, watch, &Watch::Places::by_key)) exact_.erase(found);
  }
  const auto owned = by_owner_.find(watch.owner());
  if (take_out(owned->second, watch, &Watch::Places::by_owner)) by_owner_.erase(owned);
  watches_.fetch_sub(1, std::memory_order_relaxed);
}

Code WatchHub::remove(lodge_handle handle, std::uint64_t owner) {
  const auto found = handles_.find(handle);
  if (!found || (*found)->owner() != owner) return Code::STALE;
  const auto watch = handles_.remove(handle);
  if (!watch) return Code::STALE;
  unlist(**watch);
  (*watch)->close();
  return Code::OK;
}

void WatchHub::remove_owner(std::uint64_t owner) {
  std::vector<lodge_handle> owned;
  {
    std::shared_lock lock(mutex_);
    const auto found = by_owner_.find(owner);
    if (found == by_owner_.end()) return;
    owned.reserve(found->second.size());
    for (const auto& each : found->second) owned.push_back(each->handle());
  }
  // One that somebody else removes meanwhile is gone just as well.
  for (const lodge_handle each : owned) static_cast<void>(remove(each, owner));
}

void WatchHub::publish(std::uint32_t what, ByteView key, ByteView value, Wake& wake) {
  if (!any()) return;
  std::shared_ptr<const Change> change;
  const auto tell = [&](const std::shared_ptr<Watch>& watch) {
    if (!change) change = std::make_shared<const Change>(Change{what, copy_of(key), copy_of(value)});
    if (watch->queue(change)) wake.sleeping_.push_back(watch);
  };
  std::shared_lock lock(mutex_);
  if (const auto found = exact_.find(key); found != exact_.end()) {
    for (const auto& each : found->second) tell(each);
  }
  for (const auto& each : prefixes_) {
    if (each->covers(key)) tell(each);
  }
}

WatchHub::Wake::~Wake() {
  for (const auto& each : sleeping_) each->wake();
}

}  // namespace lodge
