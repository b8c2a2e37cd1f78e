// Watches: who is told of which changes, in order, without holding up whoever makes them.
#pragma once

#include <lodge/watch.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/executor.hpp"
#include "base/slots.hpp"

namespace lodge {

class Watch;

/// The watches on one table. Thread-safe. Destroyed when no watch of it is being told any more.
class WatchHub {
 public:
  /// Told of a change, on a worker: one at a time for one watch, in the order of the changes to one key.
  using Tell = std::function<void(const lodge_watch_event&)>;
  static constexpr std::size_t queued_max = 1024;
  /// Of one watch's queue; exceeded by at most one change.
  static constexpr std::size_t queued_bytes_max = std::size_t{64} << 20;

  explicit WatchHub(Executor& executor) : executor_(executor) {}
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// Of one owner.
  static constexpr std::size_t watches_max = 65'536;

  /// Watches the key, or with `prefix` all keys that begin so, from now on. `owner`: see `remove_owner`. 0: it has
  /// watches_max.
  [[nodiscard]] lodge_handle add(ByteView key, bool prefix, std::uint64_t owner, Tell tell);

  /// Ends a watch: its `tell` is not running when this returns, unless this is called from within. STALE: no such watch
  /// of this owner.
  [[nodiscard]] Code remove(lodge_handle watch, std::uint64_t owner);
  /// Ends all watches of an owner, as `remove` does.
  void remove_owner(std::uint64_t owner);

  /// False: publishing would tell nobody.
  [[nodiscard]] bool any() const { return watches_.load(std::memory_order_acquire) != 0; }

  /// Wakes, at its end, those that something was published to: put it outside of the lock that orders the changes.
  class Wake {
   public:
    Wake() = default;
    ~Wake();
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;

   private:
    friend class WatchHub;
    std::vector<std::shared_ptr<Watch>> sleeping_;
  };

  /// Queues a change for everyone who watches the key. The caller orders changes to one key by calling this under a
  /// lock.
  void publish(std::uint32_t what, ByteView key, ByteView value, Wake& wake);

 private:
  using Held = std::vector<std::shared_ptr<Watch>>;
  void unlist(Watch& watch);

  Executor& executor_;
  std::atomic<std::uint64_t> watches_{0};
  Slots<std::shared_ptr<Watch>> handles_;
  std::shared_mutex mutex_;  ///< over all below
  struct Order {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const { return text_of(a) < text_of(b); }
  };
  std::map<Bytes, Held, Order> exact_;
  Held prefixes_;
  std::unordered_map<std::uint64_t, Held> by_owner_;
};

}  // namespace lodge
