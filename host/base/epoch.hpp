// Epoch-based reclamation: what readers may still be looking at is freed once they have moved on.
//
// Every thread has an epoch of its own: odd while it is pinned, one higher at each pin and unpin. A writer that has
// unlinked an object retires it; it is freed when each thread that was pinned at some moment after that has moved on.
//
// Why this is safe without a fence: pinning is an atomic exchange of the thread's epoch, and the scan that precedes
// freeing reads it by an atomic addition of 0. Both change the same variable, so one comes first: either the scan sees
// the pin and waits for it, or the pin reads what the scan wrote and with it sees that the object is unlinked.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lodge::epoch {

namespace detail {

struct Garbage;

/// One thread's place in the list that scans walk. Never freed; used again when its thread has ended.
struct alignas(64) Participant {
  std::atomic<std::uint64_t> epoch{0};  ///< odd: pinned. Written by its thread (and, unchanged, by scans)
  std::uint64_t own_epoch = 0;          ///< the same, without asking another core
  std::uint32_t depth = 0;              ///< pins nest
  std::atomic<bool> taken{true};
  Participant* next = nullptr;  ///< constant once it is in the list
  Garbage* garbage = nullptr;   ///< of its thread
};

inline constinit thread_local Participant* self = nullptr;

/// Finds a place for the calling thread, and gives it back when the thread ends.
[[nodiscard]] Participant& enrol();

}  // namespace detail

/// While it lives, nothing that the thread reads from a shared pointer is freed. Costs one atomic exchange; nests for
/// free. Never held while code of unknown length runs (a plugin's above all): garbage of the whole process waits for
/// it.
class Pin {
 public:
  Pin() : participant_(detail::self != nullptr ? *detail::self : detail::enrol()) {
    if (participant_.depth++ == 0) {
      participant_.epoch.exchange(++participant_.own_epoch, std::memory_order_acq_rel);
    }
  }
  ~Pin() {
    if (--participant_.depth == 0) {
      participant_.epoch.store(++participant_.own_epoch, std::memory_order_release);
    }
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  detail::Participant& participant_;
};

/// Frees `object` by `free` once nobody can see it any more; it must be unlinked already. `free` runs on some thread,
/// perhaps within this call, and retires nothing itself. `bytes`: what the object occupies; more than 64 MiB of a
/// thread's garbage make it wait here until readers have moved on, unless it is pinned itself.
void retire(void* object, void (*free)(void*), std::size_t bytes);

/// Frees whatever of the calling thread's garbage can be freed now; true: nothing is left.
bool collect();

}  // namespace lodge::epoch
