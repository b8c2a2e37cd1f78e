#include "base/status.hpp"

namespace lodge {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::OK:
      return "OK";
#define LODGE_CODE_CASE(name, number, meaning) \
  case Code::name:                             \
    return #name;
      LODGE_ERROR_CODES(LODGE_CODE_CASE)
#undef LODGE_CODE_CASE
  }
  return "UNKNOWN";
}

bool is_code(std::int32_t number) { return number <= 0 && number >= LODGE_FENCED; }

Code code_from(std::int32_t number) { return is_code(number) ? static_cast<Code>(number) : Code::UNKNOWN; }

std::string_view executed_name(Executed executed) {
  switch (executed) {
    case Executed::no:
      return "no";
    case Executed::maybe:
      return "maybe";
    case Executed::yes:
      return "yes";
  }
  return "maybe";
}

std::string Error::text() const {
  std::string out(code_name(code));
  return message.empty() ? out : out + ": " + message;
}

}  // namespace lodge
