// What is wrong with a service, as far as it shows before any of its plugins runs.
#pragma once

#include <span>
#include <string>

#include "base/status.hpp"

namespace lodge::service {

struct Finding {
  Code code = Code::INVALID_ARGUMENT;
  std::string path;  ///< of the configuration that it is about: "service.hello.config.greeter.salutation"
  std::string what;  ///< one line: what is wrong and what to do, in full except for the place
};

/// All of them as one error, a line each, with the code of the first. There is at least one.
[[nodiscard]] inline Error error_of(std::span<const Finding> findings) {
  Error out{findings.front().code, {}};
  for (const Finding& each : findings) out.message += (out.message.empty() ? "" : "\n") + each.what;
  return out;
}

}  // namespace lodge::service
