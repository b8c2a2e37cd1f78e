// The plugins at work in a service at one time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/chain.hpp"
#include "service/instance.hpp"

namespace lodge::service {

/// Never changes; a service goes from one to the next. Instances may be part of several, one after the other. Whoever
/// holds it may look at it; their code is called only by who knows that they are not destroyed.
struct Assembly {
  std::vector<std::shared_ptr<Instance>> instances;  ///< top first
  std::unique_ptr<const Dispatch> dispatch;          ///< nullptr: the instances are being created
  std::vector<std::string> notes;                    ///< what a reader of `service show` should know
};

}  // namespace lodge::service
