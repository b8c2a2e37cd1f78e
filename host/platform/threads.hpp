// How many threads this process has.
#pragma once

namespace lodge::platform {

/// Whether there are threads beside the calling one.
[[nodiscard]] bool has_other_threads();

}  // namespace lodge::platform
