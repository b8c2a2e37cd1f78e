#include "service/store.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"

namespace lodge::service {

Store::Store(const Clock& clock, Executor& executor, HashSeed seed, std::string service, std::uint64_t bytes_max)
    : ValueTable(clock, executor, seed, {key_bytes_max, value_bytes_max, bytes_max}),
      clock_(clock),
      service_(std::move(service)),
      metrics_(clock) {}

std::string Store::fill_text() {
  return fmt::format("holds {} of {} bytes (service.{}.store_bytes_max)", bytes(), limits().bytes_max, service_);
}

void Store::note_refused() {
  constexpr MonotonicNs minute_ns = 60'000'000'000;
  const MonotonicNs now = clock_.now();
  MonotonicNs until = silent_until_.load(std::memory_order_relaxed);
  if (now < until || !silent_until_.compare_exchange_strong(until, now + minute_ns, std::memory_order_relaxed)) return;
  log::warn("service." + service_, "a write did not fit into the private store, which " + fill_text());
}

}  // namespace lodge::service
