// The calls that are under way, for who asks where they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace lodge::service {

/// Where a call is.
enum class CallPlace : std::uint8_t {
  queued,    ///< no worker has taken it yet, or again
  running,   ///< in the plugin's code
  serial,    ///< waits for the plugin, which answers one call at a time
  deferred,  ///< the plugin has a ticket and will answer later
};
[[nodiscard]] std::string_view place_name(CallPlace place);

/// One call, as it was when somebody looked.
struct CallFacts {
  std::string service;
  std::string callback;  ///< "greet/1"
  std::string caller;    ///< the calling service; empty: from outside
  std::string plugin;    ///< whose link it is at
  CallPlace place = CallPlace::queued;
  MonotonicNs since =
      0;  ///< when it came; of a call that a plugin waits for on its stack: when it began to stand still
  MonotonicNs deadline = no_deadline;
};

/// Thread-safe. Coming and going costs an uncontended lock each; looking holds up one part in sixteen at a time.
class InFlight {
 public:
  /// Embedded in a call. Its facts may be asked from any thread while it is in.
  class Entry {
   public:
    virtual ~Entry() = default;
    [[nodiscard]] virtual CallFacts facts() const = 0;
    [[nodiscard]] bool in_flight() const { return part_ != nullptr; }

   private:
    friend class InFlight;
    void* part_ = nullptr;
    Entry* before_ = nullptr;
    Entry* after_ = nullptr;
  };

  void add(Entry& entry);
  /// Nothing happens where it is not in. Nobody asks for its facts any more when this returns.
  static void remove(Entry& entry);

  struct Listed {
    std::vector<CallFacts> calls;  ///< the oldest first
    std::size_t all = 0;           ///< how many there are
  };
  /// At most `limit` of them: the oldest.
  [[nodiscard]] Listed list(std::size_t limit) const;

 private:
  struct alignas(64) Part {
    mutable std::mutex mutex;
    Entry* first = nullptr;
  };
  std::array<Part, 16> parts_;
};

}  // namespace lodge::service
