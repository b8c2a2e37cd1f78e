#include "plugin/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace lodge::plugin {

namespace {

constexpr std::size_t text_bytes_max = 256;
constexpr std::size_t digits_max = 9;  // so that the next number up still fits

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_identifier_char(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }
bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

Error wrong(std::string_view what) { return {Code::INVALID_ARGUMENT, std::string(what)}; }

/// Takes a version apart from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<std::uint32_t> number() {
    const std::size_t size =
        static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
    if (size == 0) {
      return wrong(rest_.empty() ? std::string("a number is missing at the end")
                                 : fmt::format("a number is missing before \"{}\"", rest_));
    }
    const std::string_view digits = rest_.substr(0, size);
    if (size > 1 && digits.front() == '0') return wrong(fmt::format("{} has a leading zero", digits));
    if (size > digits_max) return wrong(fmt::format("{} is larger than 999999999", digits));
    rest_.remove_prefix(size);
    std::uint32_t out = 0;
    std::from_chars(digits.data(), digits.data() + size, out);
    return out;
  }

  /// Dot-separated identifiers up to `end` or the end of the text.
  Result<std::string> identifiers(std::string_view what, char end, bool zeroes_allowed) {
    const std::string_view all = rest_.substr(0, rest_.find(end));
    for (std::size_t begin = 0; begin <= all.size();) {
      const std::size_t dot = std::min(all.find('.', begin), all.size());
      const std::string_view one = all.substr(begin, dot - begin);
      if (one.empty()) return wrong(fmt::format("its {} has an empty part", what));
      if (!std::all_of(one.begin(), one.end(), is_identifier_char)) {
        return wrong(fmt::format("its {} part \"{}\" has other characters than letters, digits and -", what, one));
      }
      if (!zeroes_allowed && one.size() > 1 && one.front() == '0' && is_number(one)) {
        return wrong(fmt::format("{} has a leading zero", one));
      }
      begin = dot + 1;
    }
    rest_.remove_prefix(all.size());
    return std::string(all);
  }

 private:
  std::string_view rest_;
};

Result<std::string> take_suffixes(Cursor& cursor) {
  std::string pre;
  if (cursor.take('-')) {
    Result<std::string> parsed = cursor.identifiers("pre-release", '+', false);
    if (!parsed) return parsed;
    pre = *std::move(parsed);
  }
  if (cursor.take('+')) {
    if (Result<std::string> build = cursor.identifiers("build", '\0', true); !build) return build;
  }
  if (!cursor.empty()) return wrong(fmt::format("\"{}\" is left over", cursor.rest()));
  return pre;
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_number = is_number(a);
  const bool b_number = is_number(b);
  if (a_number != b_number) return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  // Without leading zeroes the longer number is the larger one, however long they are.
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_pre(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return b.size() <=> a.size();
  while (!a.empty() && !b.empty()) {
    const std::size_t a_dot = std::min(a.find('.'), a.size());
    const std::size_t b_dot = std::min(b.find('.'), b.size());
    const auto order = compare_identifiers(a.substr(0, a_dot), b.substr(0, b_dot));
    if (order != std::strong_ordering::equal) return order;
    a.remove_prefix(std::min(a_dot + 1, a.size()));
    b.remove_prefix(std::min(b_dot + 1, b.size()));
  }
  return a.size() <=> b.size();
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  const auto refuse = [&](const Error& error) {
    return wrong(fmt::format("\"{}\" is not a version like 1.4.0: {}", text.substr(0, text_bytes_max), error.message));
  };
  if (text.size() > text_bytes_max) return refuse(wrong("it is longer than 256 bytes"));
  Cursor cursor(text);
  Version out;
  for (std::uint32_t* part : {&out.major, &out.minor, &out.patch}) {
    if (part != &out.major && !cursor.take('.')) return refuse(wrong("it needs three numbers with dots between"));
    Result<std::uint32_t> number = cursor.number();
    if (!number) return refuse(number.error());
    *part = *number;
  }
  Result<std::string> pre = take_suffixes(cursor);
  if (!pre) return refuse(pre.error());
  out.pre = *std::move(pre);
  return out;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; order != 0) return order;
  if (const auto order = minor <=> other.minor; order != 0) return order;
  if (const auto order = patch <=> other.patch; order != 0) return order;
  return compare_pre(pre, other.pre);
}

std::string Version::text() const {
  return fmt::format("{}.{}.{}{}{}", major, minor, patch, pre.empty() ? "" : "-", pre);
}

/// A version of which only the first numbers need be there.
struct VersionRange::Partial {
  Version version;  ///< missing numbers are 0
  int given = 0;    ///< how many of the three numbers were there

  /// "1.2-rc.1" is refused: a pre-release belongs to a full version.
  static Result<Partial> parse(std::string_view text) {
    Cursor cursor(text);
    Partial out;
    for (std::uint32_t* part : {&out.version.major, &out.version.minor, &out.version.patch}) {
      Result<std::uint32_t> number = cursor.number();
      if (!number) return std::move(number).error();
      *part = *number;
      ++out.given;
      if (out.given == 3 || !cursor.take('.')) break;
    }
    if (out.given < 3 && !cursor.empty()) return wrong(fmt::format("\"{}\" is left over", cursor.rest()));
    Result<std::string> pre = take_suffixes(cursor);
    if (!pre) return std::move(pre).error();
    out.version.pre = *std::move(pre);
    return out;
  }

  /// The first version beyond all that begin with the first `numbers` numbers.
  [[nodiscard]] Version next(int numbers) const {
    if (numbers <= 1) return {version.major + 1, 0, 0, {}};
    if (numbers == 2) return {version.major, version.minor + 1, 0, {}};
    return {version.major, version.minor, version.patch + 1, {}};
  }

  /// Which number must not change under "^": the first that is not 0, or the last one given.
  [[nodiscard]] int caret() const {
    if (version.major != 0) return 1;
    if (version.minor != 0) return 2;
    return given;
  }
};

void VersionRange::at_least(const Partial& partial) { bounds_.push_back({Operator::greater_equal, partial.version}); }

void VersionRange::below(Version version) { bounds_.push_back({Operator::less, std::move(version)}); }

Status VersionRange::add(std::string_view op, const Partial& partial) {
  const bool full = partial.given == 3;
  if (op == "^") {
    at_least(partial);
    below(partial.next(partial.caret()));
  } else if (op == "~") {
    at_least(partial);
    below(partial.next(std::min(partial.given, 2)));
  } else if (op == "<") {
    below(partial.version);
  } else if (op == ">=") {
    at_least(partial);
  } else if (op == ">") {
    if (full) {
      bounds_.push_back({Operator::greater, partial.version});
    } else {
      bounds_.push_back({Operator::greater_equal, partial.next(partial.given)});
    }
  } else if (op == "<=" && !full) {
    below(partial.next(partial.given));
  } else if (op == "<=") {
    bounds_.push_back({Operator::less_equal, partial.version});
  } else if (op.empty() || op == "=") {
    at_least(partial);
    if (full) {
      bounds_.push_back({Operator::less_equal, partial.version});
    } else {
      below(partial.next(partial.given));
    }
  } else {
    return wrong(fmt::format("there is no comparator \"{}\"", op));
  }
  return {};
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  const auto refuse = [&](const Error& error) {
    return wrong(fmt::format("\"{}\" is not a range of versions like \"^1.2\", \"~1.2\", \">=1 <3\" or \"1.4.2\": {}",
                             text.substr(0, text_bytes_max), error.message));
  };
  if (text.size() > text_bytes_max) return refuse(wrong("it is longer than 256 bytes"));
  VersionRange out;
  std::string_view rest = text;
  const auto skip_spaces = [&rest] { rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size())); };
  for (skip_spaces(); !rest.empty(); skip_spaces()) {
    const std::string_view op = rest.substr(0, std::min(rest.find_first_not_of("^~<>="), rest.size()));
    rest.remove_prefix(op.size());
    skip_spaces();  // ">= 1.2" is what people write
    const std::string_view version = rest.substr(0, std::min(rest.find_first_of(" ^~<>="), rest.size()));
    rest.remove_prefix(version.size());
    if (op.empty() && version == "*") continue;
    const Result<Partial> partial = Partial::parse(version);
    if (!partial) return refuse(partial.error());
    if (Status added = out.add(op, *partial); !added) return refuse(added.error());
  }
  return out;
}

bool VersionRange::Bound::holds(const Version& candidate) const {
  switch (op) {
    case Operator::less:
      return candidate < version;
    case Operator::less_equal:
      return candidate <= version;
    case Operator::greater:
      return candidate > version;
    case Operator::greater_equal:
      return candidate >= version;
  }
  return false;
}

bool VersionRange::contains(const Version& version) const {
  if (!std::all_of(bounds_.begin(), bounds_.end(), [&](const Bound& bound) { return bound.holds(version); })) {
    return false;
  }
  if (version.pre.empty() || bounds_.empty()) return true;
  return std::any_of(bounds_.begin(), bounds_.end(), [&](const Bound& bound) {
    const Version& named = bound.version;
    return !named.pre.empty() && named.major == version.major && named.minor == version.minor &&
           named.patch == version.patch;
  });
}

}  // namespace lodge::plugin
