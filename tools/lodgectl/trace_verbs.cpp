// Spans of traced calls: the last ones, the next ones, and all of one trace as a tree.
#include <fmt/format.h>
#include <lodge/traceparent.h>

#include <algorithm>
#include <map>
#include <set>

#include "lodgectl/pages.hpp"
#include "lodgectl/time_text.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view tree_columns[] = {"span", "service", "plugin", "after", "took", "code", "attributes"};

std::string text_at(const Value& map, std::string_view key) {
  const Value* const found = map.find(key);
  return found != nullptr && found->as_text() != nullptr ? *found->as_text() : std::string();
}

std::string ms_text(std::int64_t us) { return fmt::format("{:.3f} ms", static_cast<double>(us) / 1000); }

/// "OK", "NOT_FOUND: no such word".
std::string outcome_of(const Value& span) {
  const std::string error = text_at(span, "error");
  return text_at(span, "code") + (error.empty() ? "" : ": " + error);
}

/// "rows=3 key=a".
std::string attributes_of(const Value& span) {
  std::string out;
  const Value* const attributes = span.find("attributes");
  if (attributes == nullptr || attributes->as_map() == nullptr) return out;
  for (const auto& [key, value] : *attributes->as_map()) {
    out += (out.empty() ? "" : " ") + cell_of(key) + "=" + cell_of(value);
  }
  return out;
}

void print_spans(Output& output, const Value& page) {
  const Value* const spans = page.find("spans");
  if (spans == nullptr || spans->as_list() == nullptr) return;
  for (const Value& each : *spans->as_list()) {
    if (output.json()) {
      output.line(wire::json_from_value(each));
      continue;
    }
    const std::string attributes = attributes_of(each);
    output.line(fmt::format("{} {} {} {} {} {}{}", clock_text(number_at(each, "began_unix_us") / 1000),
                            text_at(each, "trace_id"), text_at(each, "service"), text_at(each, "name"),
                            ms_text(number_at(each, "took_us")), outcome_of(each),
                            attributes.empty() ? "" : " " + attributes));
  }
}

/// The spans of one trace, each below the one that it is a part of, in the order of their beginnings.
class Tree {
 public:
  explicit Tree(Value::List spans) : spans_(std::move(spans)) {
    std::stable_sort(spans_.begin(), spans_.end(), [](const Value& left, const Value& right) {
      return number_at(left, "began_unix_us") < number_at(right, "began_unix_us");
    });
    std::set<std::string> known;
    for (const Value& each : spans_) known.insert(text_at(each, "span_id"));
    for (const Value& each : spans_) {
      const std::string parent = text_at(each, "parent_id");
      below_[known.contains(parent) ? parent : ""].push_back(&each);
    }
  }

  /// [{..., children: [...]}]
  [[nodiscard]] Value nested() const { return nested_below(""); }

  [[nodiscard]] Value rows() const {
    Value::List out;
    for (const Value* const each : below("")) add_span(*each, "", out);
    return Value(std::move(out));
  }

 private:
  [[nodiscard]] const std::vector<const Value*>& below(const std::string& span_id) const {
    static const std::vector<const Value*> none;
    const auto found = below_.find(span_id);
    return found != below_.end() ? found->second : none;
  }

  [[nodiscard]] Value nested_below(const std::string& span_id) const {
    Value::List out;
    for (const Value* const each : below(span_id)) {
      out.push_back(*each);
      out.back().set("children", nested_below(text_at(*each, "span_id")));
    }
    return Value(std::move(out));
  }

  /// A span, and what is in it: other spans and events, as they came.
  void add_span(const Value& span, const std::string& indent, Value::List& out) const {
    const std::int64_t began_us = number_at(span, "began_unix_us");
    out.push_back(Value::map({{"span", indent + text_at(span, "name")},
                              {"service", text_at(span, "service")},
                              {"plugin", text_at(span, "plugin")},
                              {"after", after_text(began_us)},
                              {"took", ms_text(number_at(span, "took_us"))},
                              {"code", outcome_of(span)},
                              {"attributes", attributes_of(span)}}));
    const std::vector<const Value*>& children = below(text_at(span, "span_id"));
    auto child = children.begin();
    const auto add_children = [&](std::int64_t before_us) {
      for (; child != children.end() && number_at(**child, "began_unix_us") <= before_us; ++child) {
        add_span(**child, indent + "  ", out);
      }
    };
    const Value* const events = span.find("events");
    if (events != nullptr && events->as_list() != nullptr) {
      for (const Value& each : *events->as_list()) {
        const std::int64_t at_us = began_us + number_at(each, "after_us");
        add_children(at_us);
        out.push_back(Value::map({{"span", indent + "  - " + text_at(each, "text")}, {"after", after_text(at_us)}}));
      }
    }
    add_children(INT64_MAX);
  }

  /// Of the first span's beginning.
  [[nodiscard]] std::string after_text(std::int64_t unix_us) const {
    return ms_text(unix_us - number_at(spans_.front(), "began_unix_us"));
  }

  Value::List spans_;
  std::map<std::string, std::vector<const Value*>> below_;  ///< by the parent's id; "": of those without
};

bool is_trace_id(const std::string& text) {
  lodge_trace trace{};
  return text.size() == 2 * sizeof trace.trace_id && lodge_read_hex(text.data(), trace.trace_id, 16) != 0;
}

ExitCode show_tree(Session& session, const Verb& verb, const std::string& trace_id) {
  if (!is_trace_id(trace_id)) return session.wrong_usage("`" + trace_id + "` is no trace id: 32 of 0-9 and a-f");
  Value::List spans;
  const Value query = Value::map({{"trace_id", trace_id}, {"service", session.options().service}});
  const ExitCode read = read_pages(session, verb, query, "spans", [&spans](const Value& page) {
    const Value* const found = page.find("spans");
    if (found == nullptr || found->as_list() == nullptr) return;
    spans.insert(spans.end(), found->as_list()->begin(), found->as_list()->end());
  });
  if (read != ExitCode::ok) return read;
  if (spans.empty()) {
    return session.failed(
        {Code::NOT_FOUND, "the host has no span of trace " + trace_id +
                              " (it keeps the last ones, of sampled traces: [trace] in its configuration)"});
  }
  const Tree tree(std::move(spans));
  if (session.output().json()) {
    session.output().value(tree.nested());
  } else {
    session.output().table(tree.rows(), tree_columns, "");
  }
  return ExitCode::ok;
}

ExitCode trace(Session& session, const Verb& verb, Words words) {
  const Options& options = session.options();
  if (!words.empty() && options.follow) return session.wrong_usage("--follow and a trace id exclude each other");
  if (!words.empty()) return show_tree(session, verb, words[0]);
  const Value query = Value::map({{"service", options.service}, {"last", options.last}});
  return read_pages(session, verb, query, "spans",
                    [&session](const Value& page) { print_spans(session.output(), page); });
}

constexpr Verb verbs[] = {
    {"trace", "[TRACE_ID]", "the last spans of traced calls, with -f the next ones; or one trace as a tree", 0, 1,
     "follow service last", trace, "trace"},
};

}  // namespace

std::span<const Verb> trace_verbs() { return verbs; }

}  // namespace lodge::ctl
