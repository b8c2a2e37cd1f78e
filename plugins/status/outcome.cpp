#include "status/outcome.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace outcome {

namespace {

constexpr std::array lodge_outcomes{
    CodeOutcome{LODGE_OK, "ok", 200, ""},
    CodeOutcome{LODGE_CANCELLED, "cancelled", 499, "the caller gave up"},
    CodeOutcome{LODGE_UNKNOWN, "internal_error", 500, "internal error", true},
    CodeOutcome{LODGE_INVALID_ARGUMENT, "invalid_argument", 400, "an argument is wrong"},
    CodeOutcome{LODGE_DEADLINE_EXCEEDED, "deadline_exceeded", 504, "there was no answer in time"},
    CodeOutcome{LODGE_NOT_FOUND, "not_found", 404, "what was asked for does not exist"},
    CodeOutcome{LODGE_ALREADY_EXISTS, "already_exists", 409, "what was to be created exists"},
    CodeOutcome{LODGE_PERMISSION_DENIED, "permission_denied", 403, "the caller may not do this"},
    CodeOutcome{LODGE_RESOURCE_EXHAUSTED, "resource_exhausted", 429, "a limit, a quota or a queue is full"},
    CodeOutcome{LODGE_FAILED_PRECONDITION, "failed_precondition", 412, "this cannot be done in the present state"},
    CodeOutcome{LODGE_ABORTED, "aborted", 409, "lost a race; the whole may be tried again"},
    CodeOutcome{LODGE_OUT_OF_RANGE, "out_of_range", 400, "past the valid range"},
    CodeOutcome{LODGE_UNIMPLEMENTED, "unimplemented", 501, "nobody implements this"},
    CodeOutcome{LODGE_INTERNAL, "internal_error", 500, "internal error", true},
    CodeOutcome{LODGE_UNAVAILABLE, "unavailable", 503, "not reachable or not running now"},
    CodeOutcome{LODGE_DATA_LOSS, "data_loss", 500, "data is lost or corrupt", true},
    CodeOutcome{LODGE_UNAUTHENTICATED, "unauthenticated", 401, "who the caller is could not be established"},
    CodeOutcome{LODGE_STALE, "stale", 410, "what was used has gone"},
    CodeOutcome{LODGE_DEADLOCK, "deadlock", 508, "a call that could never end"},
    CodeOutcome{LODGE_FENCED, "fenced", 409, "a former owner acts on what is no longer its own"},
};

#define LODGE_COUNT_CODE(name, number, meaning) +1
static_assert(lodge_outcomes.size() == 1 LODGE_ERROR_CODES(LODGE_COUNT_CODE), "every code has an outcome");
#undef LODGE_COUNT_CODE

// What a number alone means. Where several codes of Lodge's share one it has a word of its own.
constexpr std::array http_outcomes{
    HttpOutcome{200, "ok"},
    HttpOutcome{201, "created"},
    HttpOutcome{202, "accepted"},
    HttpOutcome{204, "no_content"},
    HttpOutcome{301, "moved_permanently"},
    HttpOutcome{302, "found"},
    HttpOutcome{304, "not_modified"},
    HttpOutcome{400, "invalid_argument"},
    HttpOutcome{401, "unauthenticated"},
    HttpOutcome{403, "permission_denied"},
    HttpOutcome{404, "not_found"},
    HttpOutcome{405, "method_not_allowed"},
    HttpOutcome{408, "request_timeout"},
    HttpOutcome{409, "conflict"},
    HttpOutcome{410, "gone"},
    HttpOutcome{412, "failed_precondition"},
    HttpOutcome{413, "payload_too_large"},
    HttpOutcome{415, "unsupported_media_type"},
    HttpOutcome{422, "unprocessable"},
    HttpOutcome{429, "resource_exhausted"},
    HttpOutcome{499, "cancelled"},
    HttpOutcome{500, "internal_error"},
    HttpOutcome{501, "unimplemented"},
    HttpOutcome{502, "bad_gateway"},
    HttpOutcome{503, "unavailable"},
    HttpOutcome{504, "deadline_exceeded"},
    HttpOutcome{508, "deadlock"},
};

template <typename Table, typename Matches>
auto find(const Table& table, const Matches& matches) -> const typename Table::value_type* {
  const auto found = std::find_if(table.begin(), table.end(), matches);
  return found != table.end() ? &*found : nullptr;
}

}  // namespace

const CodeOutcome* of_lodge_code(std::int64_t lodge_code) {
  return find(lodge_outcomes, [&](const CodeOutcome& each) { return each.lodge_code == lodge_code; });
}

const CodeOutcome* of_status(std::string_view status) {
  return find(lodge_outcomes, [&](const CodeOutcome& each) { return each.status == status; });
}

std::int64_t code_of(std::string_view status) {
  if (const CodeOutcome* const known = of_status(status)) return known->code;
  const HttpOutcome* const known = find(http_outcomes, [&](const HttpOutcome& each) { return each.status == status; });
  return known != nullptr ? known->code : 0;
}

std::string status_of(std::int64_t code) {
  const HttpOutcome* const known = find(http_outcomes, [&](const HttpOutcome& each) { return each.code == code; });
  return known != nullptr ? std::string(known->status) : "code_" + std::to_string(code);
}

lodge::Any no_data() { return {{0x80}}; }

Outcome of_error(const lodge::Error& error) {
  const CodeOutcome* known = of_lodge_code(error.code);
  if (known == nullptr) known = of_lodge_code(LODGE_INTERNAL);
  const bool says_more = !known->hidden && !error.message.empty();
  return {std::string(known->status), says_more ? error.message : std::string(known->info), known->code, no_data(), {}};
}

Outcome invalid_argument(std::string info) { return of_error({LODGE_INVALID_ARGUMENT, std::move(info)}); }

std::string_view word_of(lodge::Executed executed) {
  switch (executed) {
    case lodge::Executed::no:
      return "no";
    case lodge::Executed::yes:
      return "yes";
    default:
      return "maybe";
  }
}

}  // namespace outcome
