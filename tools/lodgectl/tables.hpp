// Tables of what the host answers.
#pragma once

#include "lodgectl/verb.hpp"

namespace lodge::ctl {

/// How a list of maps is shown: see Output::table.
struct TableLook {
  std::span<const std::string_view> columns;
  std::string_view none;
};

[[nodiscard]] ExitCode show_table(Session& session, std::string_view function, const wire::Value::List& arguments,
                                  const TableLook& look);
/// Asks for --limit rows at most, as the last argument, and says where there may be more.
[[nodiscard]] ExitCode show_limited(Session& session, std::string_view function, wire::Value::List arguments,
                                    const TableLook& look);

}  // namespace lodge::ctl
