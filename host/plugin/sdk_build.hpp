// Which SDK this host was built with, to the byte.
#pragma once

#include <string_view>

namespace lodge::plugin {

/// The SDK's build id: a hash over all its headers. What plugins that use drafts must carry.
[[nodiscard]] std::string_view sdk_build_id();

}  // namespace lodge::plugin
