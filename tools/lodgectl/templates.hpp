// What `lodgectl new` writes: the files of templates/, as they were at the build.
#pragma once

#include <span>
#include <string_view>

namespace lodge::ctl {

struct Template {
  std::string_view lang;  ///< "c", "cpp"; "both"
  std::string_view file;  ///< "plugin.c": `plugin` is to be the new name
  std::string_view text;  ///< with @NAME@, @LANG@, @BUILD@
};

[[nodiscard]] std::span<const Template> templates();

}  // namespace lodge::ctl
