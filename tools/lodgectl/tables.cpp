#include "lodgectl/tables.hpp"

namespace lodge::ctl {

using wire::Value;

ExitCode show_table(Session& session, std::string_view function, const Value::List& arguments, const TableLook& look) {
  const auto rows = session.ask(function, arguments);
  if (!rows) return session.failed(rows.error());
  session.output().table(*rows, look.columns, look.none);
  return ExitCode::ok;
}

ExitCode show_limited(Session& session, std::string_view function, Value::List arguments, const TableLook& look) {
  const std::uint32_t limit = session.options().limit;
  arguments.emplace_back(limit);
  const auto rows = session.ask(function, arguments);
  if (!rows) return session.failed(rows.error());
  session.output().table(*rows, look.columns, look.none);
  const Value::List* const list = rows->as_list();
  if (list != nullptr && list->size() == limit) session.output().note("there may be more: --limit N");
  return ExitCode::ok;
}

}  // namespace lodge::ctl
