// What the host answers page by page: lines of its log, spans of calls.
#pragma once

#include <functional>

#include "lodgectl/verb.hpp"

namespace lodge::ctl {

/// The number under a key; 0: there is none.
[[nodiscard]] std::int64_t number_at(const wire::Value& map, std::string_view key);

/// Asks the verb's function of the host for what fits `query`, and with --follow for what comes, until Ctrl-C. `print`
/// gets each page; those that it says are lost have been told by then, as so many `things`.
ExitCode read_pages(Session& session, const Verb& verb, wire::Value query, std::string_view things,
                    const std::function<void(const wire::Value& page)>& print);

}  // namespace lodge::ctl
