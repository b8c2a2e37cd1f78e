// The border's other side: code that is not ours.
#pragma once

namespace lodge::plugin {

/// Calls plugin code. What it throws ends the process before anything of the host's stack is undone: the crash line
/// still finds the frame that names the plugin, and no lock or count is left behind half way.
template <typename Code>
auto run_foreign(const Code& code) noexcept {
  return code();
}

}  // namespace lodge::plugin
