#include "plugin/sdk_build.hpp"

#include <lodge/draft/build_id.h>

namespace lodge::plugin {

std::string_view sdk_build_id() { return LODGE_SDK_BUILD_ID; }

}  // namespace lodge::plugin
