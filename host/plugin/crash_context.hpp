// What the crash line says about the plugin code in which the process ended.
#pragma once

#include <cstddef>
#include <span>

namespace lodge::plugin {

/// Writes what the calling thread was in ("plugin greeter, service hello, callback greet/1", "a thread of plugin
/// greeter, service hello", or "the host's own code, or a thread that a plugin has made") to `out`, cut to its size,
/// and returns how many bytes. Async-signal-safe: for handlers of fatal signals.
std::size_t describe_crash(std::span<char> out);

}  // namespace lodge::plugin
