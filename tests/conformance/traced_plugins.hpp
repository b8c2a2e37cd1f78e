// Plugins of the C++ layer for case 34. Apart from the tests that run them: a plugin sees no header of the host's.
#pragma once

#include <lodge/descriptor.h>

#include <string>
#include <vector>

namespace lodge_test {

/// Has `work`, which answers 42 out of two spans, with an event, a metric and a line of the log on its way.
[[nodiscard]] const lodge_plugin& tracing();
/// Notes what is traced and passes it on.
[[nodiscard]] const lodge_plugin& watcher();
/// Notes what is traced and answers it.
[[nodiscard]] const lodge_plugin& replacer();
/// The standard plugin `trace`, from its file.
[[nodiscard]] const lodge_plugin& standard_trace();

/// What both have noted, in that order.
[[nodiscard]] std::vector<std::string>& heard();
/// How often `quietly` has made a text.
[[nodiscard]] int& texts_made();

}  // namespace lodge_test
