// What stands between plugins and the host's interfaces: faults are given, and what is held is noted. Only in this
// library; lodged offers its tables themselves.
#pragma once

#include <string>
#include <vector>

#include "plugin/interface_registry.hpp"
#include "testing/faults.hpp"
#include "testing/holdings.hpp"
#include "testing/log_book.hpp"

namespace lodge::testing {

/// What one host's interception works on.
struct Interception {
  explicit Interception(const LogBook& lines) : book(lines) {}

  const LogBook& book;
  Faults faults;
  Holdings holdings;
};

/// Puts it in front of all interfaces that `interfaces` offers. `interception` outlives their users.
void intercept(plugin::InterfaceRegistry& interfaces, Interception& interception);

/// Whether plugins can be given an error by that function. INVALID_ARGUMENT: there is no such interface or function,
/// with the nearest there is; or it answers no code.
[[nodiscard]] Status can_fail(const Function& function);

}  // namespace lodge::testing
