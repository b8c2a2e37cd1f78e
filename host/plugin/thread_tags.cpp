#include "plugin/thread_tags.hpp"

#include <string>

#include "base/log.hpp"
#include "plugin/host_context.hpp"

namespace lodge::plugin {

void quick_code_waited(std::string_view what) {
  const Frame& top = *top_frame();
  log::misbehaved(top.context->plugin(),
                  std::string(top.what) + ", a quick callback, used what is not quick: " + std::string(what));
}

}  // namespace lodge::plugin
