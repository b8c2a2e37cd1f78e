#include "service/abi_trace.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin/thread_tags.hpp"
#include "service/abi_call.hpp"

namespace lodge::service {

namespace {

using plugin::Entry;
using plugin::Frame;
using plugin::Place;

constexpr std::array<std::string_view, 5> callbacks = {"trace_span_begun", "trace_span_ended", "trace_event",
                                                       "trace_metric", "trace_log"};

PluginSpans& spans_of(const Entry& entry) { return entry->state<PluginSpans>(Place::trace); }

std::string text_from(const char* text, std::size_t size) {
  return size == 0 ? std::string() : cut_text({text, size}, LODGE_SPAN_TEXT_MAX);
}

bool known_kind(std::uint32_t kind) { return kind >= LODGE_TRACE_SPAN_BEGUN && kind <= callbacks.size(); }

/// This thread is in a callback of the service that hears of what is traced.
bool in_listener(const std::string& service) {
  for (const Frame* frame = plugin::top_frame(); frame != nullptr; frame = frame->below) {
    const bool listens = std::find(callbacks.begin(), callbacks.end(), frame->what) != callbacks.end();
    if (listens && frame->call != nullptr && frame->context->service() == service) return true;
  }
  return false;
}

/// The way to those of a service who hear of one kind.
class Listeners {
 public:
  Listeners(PluginSpans& spans, const std::string& service, std::uint32_t kind) {
    Cell* const cell = known_kind(kind) && !in_listener(service) ? spans.calls().find_cell(service) : nullptr;
    if (cell == nullptr) return;
    pass_.emplace(*cell);
    if (!*pass_) return;
    const Chain* const chain = pass_->dispatch().find(callbacks[kind - 1], 1);
    // Calls that are held go through a link of the host's own, and who waits for one would hold up the change.
    if (chain != nullptr && chain->links.front().context->plugin() != "base") chain_ = chain;
  }

  /// nullptr: nobody does.
  [[nodiscard]] const Chain* chain() const { return chain_; }
  [[nodiscard]] const Cell& cell() const { return pass_->cell(); }

 private:
  std::optional<Cell::Pass> pass_;
  const Chain* chain_ = nullptr;
};

bool kept_by_listeners(const Entry& entry) {
  const auto listens = [&entry](std::uint32_t kind) {
    return Listeners(spans_of(entry), entry->service(), kind).chain() != nullptr;
  };
  return listens(LODGE_TRACE_SPAN_BEGUN) || listens(LODGE_TRACE_SPAN_ENDED);
}

/// The trace that a span would be a part of; `trace` of all zero: none. Or what is wrong with the parent.
std::int32_t trace_above(const Entry& entry, const lodge_span_parent* parent, lodge_trace& trace) {
  if (parent == nullptr) return LODGE_OK;
  const int given = (parent->call != nullptr ? 1 : 0) + (parent->ticket != 0 ? 1 : 0) + (parent->span != 0 ? 1 : 0) +
                    (parent->trace != nullptr ? 1 : 0);
  if (parent->struct_size < sizeof(lodge_span_parent) || given > 1) return LODGE_INVALID_ARGUMENT;
  if (parent->trace != nullptr) trace = *parent->trace;
  if (parent->span != 0) {
    const auto open = spans_of(entry).find(entry->instance_owner(), parent->span);
    if (!open) return LODGE_STALE;
    trace = open->trace;
  }
  if (parent->call != nullptr || parent->ticket != 0) {
    const auto inherited = inherited_from(entry, parent->call, parent->ticket);
    if (!inherited) return LODGE_STALE;
    if (inherited->traced) trace = inherited->trace;
  }
  return LODGE_OK;
}

/// Whether a span is kept that is a part of that trace, of all zero: that begins one.
bool kept(const Entry& entry, const lodge_trace& above) {
  const Spans& spans = spans_of(entry).spans();
  return spans.wanted(above) || spans.listened() || kept_by_listeners(entry);
}

std::int32_t wanted(const lodge_host* host, const lodge_span_parent* parent) {
  const Entry entry(host);
  lodge_trace above{};
  return entry.live() && trace_above(entry, parent, above) == LODGE_OK && kept(entry, above) ? 1 : 0;
}

std::int32_t begin(const lodge_host* host, const lodge_span_parent* parent, const char* name, std::size_t name_size,
                   lodge_handle* span, lodge_trace* context) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (span == nullptr || context == nullptr || name == nullptr || name_size == 0) return LODGE_INVALID_ARGUMENT;
  lodge_trace above{};
  if (const std::int32_t code = trace_above(entry, parent, above); code != LODGE_OK) return code;
  *span = 0;
  *context = above;
  if (!kept(entry, above)) return LODGE_OK;
  PluginSpans& spans = spans_of(entry);
  if (lodge_no_id(above.trace_id, sizeof above.trace_id) != 0) above = spans.spans().new_trace();
  *span = spans.begin(InstanceContext::from(host), above, {name, name_size}, *context);
  return *span != 0 ? std::int32_t{LODGE_OK} : std::int32_t{LODGE_RESOURCE_EXHAUSTED};
}

/// Runs `change(open)` for the span of that handle, which is found by `find`.
template <typename Find, typename Change>
std::int32_t with_span(const lodge_host* host, lodge_handle span, const Find& find, const Change& change) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (span == 0) return LODGE_OK;
  const std::shared_ptr<PluginSpans::Open> open = find(spans_of(entry), entry->instance_owner());
  if (!open) return LODGE_STALE;
  const std::lock_guard lock(open->mutex);
  change(*open);
  return LODGE_OK;
}

std::int32_t set(const lodge_host* host, lodge_handle span, const char* key, std::size_t key_size, const char* value,
                 std::size_t value_size) {
  const auto find = [span](const PluginSpans& spans, std::uint64_t owner) { return spans.find(owner, span); };
  return with_span(host, span, find, [&](PluginSpans::Open& open) {
    auto& attributes = open.span.record().attributes;
    std::string name = text_from(key, key_size);
    const auto same =
        std::find_if(attributes.begin(), attributes.end(), [&](const auto& each) { return each.first == name; });
    if (same != attributes.end()) {
      same->second = text_from(value, value_size);
    } else if (attributes.size() < LODGE_SPAN_ATTRIBUTES_MAX) {
      attributes.emplace_back(std::move(name), text_from(value, value_size));
    } else {
      ++open.span.record().dropped;
    }
  });
}

std::int32_t event(const lodge_host* host, lodge_handle span, const char* text, std::size_t text_size) {
  const auto find = [span](const PluginSpans& spans, std::uint64_t owner) { return spans.find(owner, span); };
  return with_span(host, span, find, [&](PluginSpans::Open& open) {
    SpanRecord& record = open.span.record();
    if (record.events.size() < LODGE_SPAN_ATTRIBUTES_MAX) {
      record.events.push_back({open.span.age_ns(), text_from(text, text_size)});
    } else {
      ++record.dropped;
    }
  });
}

std::int32_t end(const lodge_host* host, lodge_handle span, std::int32_t code, const char* text,
                 std::size_t text_size) {
  const auto take = [span](PluginSpans& spans, std::uint64_t owner) { return spans.take(owner, span); };
  return with_span(host, span, take, [&](PluginSpans::Open& open) {
    open.span.end(open.context.service(), open.context.plugin(), code_from(code), text_from(text, text_size));
  });
}

std::int32_t discard(const lodge_host* host, lodge_handle span) {
  const auto take = [span](PluginSpans& spans, std::uint64_t owner) { return spans.take(owner, span); };
  return with_span(host, span, take, [](PluginSpans::Open&) {});
}

std::int32_t listened(const lodge_host* host, std::uint32_t kind) {
  const Entry entry(host);
  return entry.live() && Listeners(spans_of(entry), entry->service(), kind).chain() != nullptr ? 1 : 0;
}

std::int32_t tell(const lodge_host* host, std::uint32_t kind, const std::uint8_t* record, std::size_t record_size,
                  lodge_writer* answer) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (!known_kind(kind) || answer == nullptr || answer->size != 0) return LODGE_INVALID_ARGUMENT;
  const auto values = wire::PackedValues::check({record, record_size}, 1);
  if (!values) return LODGE_INVALID_ARGUMENT;
  const Listeners listeners(spans_of(entry), entry->service(), kind);
  if (listeners.chain() == nullptr) return LODGE_NOT_FOUND;
  const Chain& chain = *listeners.chain();
  // Nothing for the log: whoever traces in a quick callback need not know who listens.
  if (plugin::in_quick_code() && !chain.quick()) return LODGE_FAILED_PRECONDITION;
  const CallRequest request{.name = chain.name, .args = *values, .caller = entry->service()};
  Walk walk(spans_of(entry).calls().ground(), chain, request.seen(listeners.cell(), chain, *values), nullptr);
  walk.run_through(*answer);
  return walk.code();
}

constexpr lodge_trace_v1 table{.wanted = wanted,
                               .begin = begin,
                               .set = set,
                               .event = event,
                               .end = end,
                               .discard = discard,
                               .listened = listened,
                               .tell = tell};

}  // namespace

lodge_handle PluginSpans::begin(InstanceContext& context, const lodge_trace& parent, std::string_view name,
                                lodge_trace& trace) {
  if (context.open_spans.fetch_add(1, std::memory_order_relaxed) >= LODGE_SPANS_MAX) {
    context.open_spans.fetch_sub(1, std::memory_order_relaxed);
    return 0;
  }
  const auto open =
      std::make_shared<Open>(context, Span(spans_, parent, cut_text(name, LODGE_SPAN_TEXT_MAX), spans_.clock().now()));
  open->span.record().call = false;
  trace = open->trace;
  return open_.add(open);
}

std::shared_ptr<PluginSpans::Open> PluginSpans::find(std::uint64_t instance_owner, lodge_handle span) const {
  const auto found = open_.find(span);
  return found && (*found)->context.instance_owner() == instance_owner ? *found : nullptr;
}

std::shared_ptr<PluginSpans::Open> PluginSpans::take(std::uint64_t instance_owner, lodge_handle span) {
  if (!find(instance_owner, span)) return nullptr;
  const auto taken = open_.remove(span);
  if (!taken) return nullptr;
  (*taken)->context.open_spans.fetch_sub(1, std::memory_order_relaxed);
  return *taken;
}

void PluginSpans::instance_ended(std::uint64_t instance_owner) {
  const auto left = open_.remove_where(
      [instance_owner](const auto& open) { return open->context.instance_owner() == instance_owner; });
  for (const std::shared_ptr<Open>& each : left) {
    const std::lock_guard lock(each->mutex);
    each->span.end(each->context.service(), each->context.plugin(), Code::CANCELLED, "its instance has ended");
  }
}

void offer_trace(plugin::InterfaceRegistry& registry, PluginSpans& spans) {
  registry.offer(Place::trace, LODGE_TRACE_V1, &table, &spans);
}

}  // namespace lodge::service
