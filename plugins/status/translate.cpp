#include "status/translate.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <lodge/buffer.hpp>
#include <lodge/pack_structs.hpp>

#include "status/text_of.hpp"

namespace outcome {

namespace {

constexpr std::size_t status_bytes_max = 128;
constexpr std::size_t info_bytes_max = 1024;
constexpr std::size_t detail_bytes_max = 1024;
constexpr std::size_t details_max = 64;
constexpr std::int64_t code_of_others = 400;  // a word of the plugin's own: it refused what it was asked for

using Details = std::map<std::string, std::string>;

std::optional<std::string_view> as_text(lodge::AnyView value) {
  std::string_view text;
  lodge::Mismatch mismatch;
  if (!lodge::read_value(value.bytes, text, mismatch)) return std::nullopt;
  return text;
}
std::optional<std::int64_t> as_integer(lodge::AnyView value) {
  std::int64_t number = 0;
  lodge::Mismatch mismatch;
  if (!lodge::read_value(value.bytes, number, mismatch)) return std::nullopt;
  return number;
}

bool is_status(std::string_view text) {
  const auto bad = [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; };
  return !text.empty() && text.size() <= status_bytes_max && std::none_of(text.begin(), text.end(), bad);
}

Translated internal_error() { return {of_error({LODGE_INTERNAL, {}}), true}; }

Translated with_info(Translated of, std::string_view info) {
  if (!of.hidden && !info.empty()) of.outcome.info = cut(info, info_bytes_max);
  return of;
}

/// Keys and values as text. More than there is room for is left out, and counted.
Translated with_details(Translated of, lodge::AnyView map) {
  lodge_mp_reader reader = lodge_mp_reader_of(map.bytes.data(), map.bytes.size());
  std::uint32_t count = 0;
  if (of.hidden || lodge_mp_read_map(&reader, &count) != LODGE_OK) return of;
  Details details;
  lodge::Mismatch mismatch;
  for (std::uint32_t i = 0; i < count && details.size() < details_max; ++i) {
    lodge::AnyView key;
    lodge::AnyView value;
    if (!lodge::Pack<lodge::AnyView>::read(reader, key, mismatch)) return internal_error();
    if (!lodge::Pack<lodge::AnyView>::read(reader, value, mismatch)) return internal_error();
    details.insert_or_assign(text_of(key, status_bytes_max), text_of(value, detail_bytes_max));
  }
  if (count > details_max) of.outcome.metadata["details_left_out"] = std::to_string(count - details_max);
  lodge::Buffer<> packed;
  if (lodge::write_values(packed, details) != LODGE_OK) return internal_error();
  of.outcome.data.bytes.assign(packed.view().begin(), packed.view().end());
  return of;
}

Translated of_word(std::string_view status) {
  if (!is_status(status)) return internal_error();
  if (const CodeOutcome* const known = of_status(status)) {
    return {{std::string(status), std::string(known->info), known->code, no_data(), {}}, known->hidden};
  }
  const std::int64_t code = code_of(status);
  return {{std::string(status), "", code != 0 ? code : code_of_others, no_data(), {}}, false};
}

Translated of_number(std::int64_t number) {
  if (const CodeOutcome* const known = of_lodge_code(number)) return of_word(known->status);
  if (number < code_min || number > code_max) return internal_error();
  Translated out = of_word(status_of(number));
  out.outcome.code = number;
  return out;
}

std::optional<Translated> of_word_or_number(lodge::AnyView value) {
  if (const auto text = as_text(value)) return of_word(*text);
  if (const auto number = as_integer(value)) return of_number(*number);
  return std::nullopt;
}

/// [status], [status, info], [status, details], [status, info, details]; a number will do for the status.
Translated of_list(lodge::AnyView error) {
  std::vector<lodge::AnyView> parts;
  lodge::Mismatch mismatch;
  if (!lodge::read_value(error.bytes, parts, mismatch) || parts.empty() || parts.size() > 3) return internal_error();
  std::optional<Translated> out = of_word_or_number(parts[0]);
  if (!out) return internal_error();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const lodge_mp_reader reader = lodge_mp_reader_of(parts[i].bytes.data(), parts[i].bytes.size());
    const bool last = i + 1 == parts.size();
    if (const auto info = as_text(parts[i]); info && i == 1) {
      out = with_info(*std::move(out), *info);
    } else if (last && lodge_mp_type(&reader) == LODGE_MP_MAP) {
      out = with_details(*std::move(out), parts[i]);
    } else {
      return internal_error();
    }
  }
  return *std::move(out);
}

/// An outcome as it stands; what is left out is filled in.
struct Given {
  std::string status;
  std::optional<std::string> info;
  std::optional<std::int64_t> code;
  std::optional<lodge::Any> data;
  std::optional<std::map<std::string, lodge::AnyView>> metadata;

  static constexpr auto lodge_fields = std::make_tuple(
      lodge::field("status", &Given::status), lodge::field("info", &Given::info), lodge::field("code", &Given::code),
      lodge::field("data", &Given::data), lodge::field("metadata", &Given::metadata));
};

Translated of_outcome(lodge::AnyView error) {
  Given given;
  lodge::Mismatch mismatch;
  if (!lodge::read_value(error.bytes, given, mismatch)) return internal_error();
  if (given.code && (*given.code < code_min || *given.code > code_max)) return internal_error();
  Translated out = of_word(given.status);
  const bool told = given.metadata && given.metadata->contains(reference_key);
  if (out.hidden && told) out.hidden = false;  // the log has it already
  if (given.info) out = with_info(std::move(out), *given.info);
  if (out.hidden) return out;
  if (given.code) out.outcome.code = *given.code;
  if (given.data) out.outcome.data = *std::move(given.data);
  if (!given.metadata) return out;
  for (const auto& [key, value] : *given.metadata) {
    if (out.outcome.metadata.size() >= details_max) break;
    out.outcome.metadata[cut(key, status_bytes_max)] = text_of(value, detail_bytes_max);
  }
  return out;
}

/// {code, message}: an error of Lodge's, or a number of HTTP's; either with `info` for `message`.
struct Coded {
  std::int64_t code = 0;
  std::optional<std::string> message;
  std::optional<std::string> info;

  static constexpr auto lodge_fields = std::make_tuple(
      lodge::field("code", &Coded::code), lodge::field("message", &Coded::message), lodge::field("info", &Coded::info));
};

Translated of_map(lodge::AnyView error) {
  std::map<std::string_view, lodge::AnyView> entries;
  lodge::Mismatch mismatch;
  const bool named = lodge::read_value(error.bytes, entries, mismatch);
  if (named && entries.contains("status")) return of_outcome(error);
  Coded coded;
  if (named && lodge::read_value(error.bytes, coded, mismatch)) {
    return with_info(of_number(coded.code), coded.message.value_or(coded.info.value_or("")));
  }
  return with_details({{"error", "", code_of_others, no_data(), {}}, false}, error);
}

}  // namespace

Translated translate(lodge::AnyView error) {
  const lodge_mp_reader reader = lodge_mp_reader_of(error.bytes.data(), error.bytes.size());
  switch (lodge_mp_type(&reader)) {
    case LODGE_MP_STR:
    case LODGE_MP_INT:
      return of_word_or_number(error).value_or(internal_error());
    case LODGE_MP_ARRAY:
      return of_list(error);
    case LODGE_MP_MAP:
      return of_map(error);
    default:
      return internal_error();
  }
}

}  // namespace outcome
