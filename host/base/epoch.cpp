#include "base/epoch.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace lodge::epoch {

namespace detail {

namespace {

// A scan touches every thread's cache line: batches make that cheap per object.
constexpr std::size_t batch_objects_max = 128;
constexpr std::size_t batch_bytes_max = std::size_t{1} << 20;
constexpr std::size_t waiting_bytes_max = std::size_t{64} << 20;
constexpr std::size_t waiting_batches_max = 256;

struct Retired {
  void* object;
  void (*free)(void*);
};

/// A thread that was pinned when a batch was sealed, and the epoch it was in.
struct Blocker {
  const Participant* participant;
  std::uint64_t epoch;
};

struct Batch {
  std::vector<Retired> objects;
  std::size_t bytes = 0;
  std::vector<Blocker> blockers;

  [[nodiscard]] bool free_if_unseen() {
    std::erase_if(blockers, [](const Blocker& each) {
      return each.participant->epoch.load(std::memory_order_acquire) != each.epoch;
    });
    if (!blockers.empty()) return false;
    for (const Retired& each : objects) each.free(each.object);
    return true;
  }
};

}  // namespace

struct Garbage {
  Batch open;
  std::deque<Batch> sealed;
  std::size_t sealed_bytes = 0;

  void seal();
  void free_sealed();
  [[nodiscard]] bool over_limit() const {
    return sealed_bytes > waiting_bytes_max || sealed.size() > waiting_batches_max;
  }
};

namespace {

constinit std::atomic<Participant*> participants{nullptr};

/// What ended threads left behind; taken over by whoever seals a batch next.
struct Orphans {
  std::mutex mutex;
  std::vector<Batch> batches;
  std::atomic<bool> any{false};
};

/// Never destroyed: threads may end after main has returned.
Orphans& orphans() {
  static auto& instance = *new Orphans;
  return instance;
}

void leave_to_others(Garbage& garbage) {
  if (!garbage.open.objects.empty()) garbage.seal();
  garbage.free_sealed();
  if (garbage.sealed.empty()) return;
  Orphans& left = orphans();
  std::lock_guard lock(left.mutex);
  std::move(garbage.sealed.begin(), garbage.sealed.end(), std::back_inserter(left.batches));
  left.any.store(true, std::memory_order_relaxed);
}

void adopt_orphans(Garbage& garbage) {
  Orphans& left = orphans();
  if (!left.any.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(left.mutex);
  for (Batch& each : left.batches) {
    garbage.sealed_bytes += each.bytes;
    garbage.sealed.push_back(std::move(each));
  }
  left.batches.clear();
  left.any.store(false, std::memory_order_relaxed);
}

/// Gives the thread's place back when the thread ends.
struct Membership {
  Garbage garbage;
  ~Membership() {
    leave_to_others(garbage);
    Participant* participant = std::exchange(self, nullptr);
    if (participant == nullptr) return;
    participant->garbage = nullptr;
    participant->taken.store(false, std::memory_order_release);
  }
};

Participant& free_place() {
  for (Participant* each = participants.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    bool taken = false;
    if (!each->taken.load(std::memory_order_relaxed) &&
        each->taken.compare_exchange_strong(taken, true, std::memory_order_acquire)) {
      return *each;
    }
  }
  auto& made = *new Participant;
  made.next = participants.load(std::memory_order_relaxed);
  while (!participants.compare_exchange_weak(made.next, &made, std::memory_order_acq_rel)) {
  }
  return made;
}

}  // namespace

void Garbage::seal() {
  Batch batch = std::exchange(open, Batch{});
  open.objects.reserve(batch_objects_max);
  for (Participant* each = participants.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    const std::uint64_t epoch = each->epoch.fetch_add(0, std::memory_order_acq_rel);
    if (epoch % 2 == 1) batch.blockers.push_back({each, epoch});
  }
  if (batch.free_if_unseen()) return;
  sealed_bytes += batch.bytes;
  sealed.push_back(std::move(batch));
}

void Garbage::free_sealed() {
  adopt_orphans(*this);
  // Later batches may be free before earlier ones (one slow reader holds only what it may have seen).
  std::erase_if(sealed, [&](Batch& each) {
    if (!each.free_if_unseen()) return false;
    sealed_bytes -= each.bytes;
    return true;
  });
}

Participant& enrol() {
  static thread_local Membership membership;
  Participant& place = free_place();
  place.garbage = &membership.garbage;
  self = &place;
  return place;
}

}  // namespace detail

void retire(void* object, void (*free)(void*), std::size_t bytes) {
  detail::Participant& self = detail::self != nullptr ? *detail::self : detail::enrol();
  detail::Garbage& garbage = *self.garbage;
  garbage.open.objects.push_back({object, free});
  garbage.open.bytes += bytes;
  if (garbage.open.objects.size() < detail::batch_objects_max && garbage.open.bytes < detail::batch_bytes_max) return;
  garbage.seal();
  garbage.free_sealed();
  while (garbage.over_limit() && self.depth == 0) {
    std::this_thread::yield();
    garbage.free_sealed();
  }
}

bool collect() {
  detail::Participant& self = detail::self != nullptr ? *detail::self : detail::enrol();
  detail::Garbage& garbage = *self.garbage;
  if (!garbage.open.objects.empty()) garbage.seal();
  garbage.free_sealed();
  return garbage.sealed.empty();
}

}  // namespace lodge::epoch
