// lodge.trace/1, the host's side.
#pragma once

#include <lodge/trace.h>

#include <memory>
#include <mutex>
#include <optional>

#include "base/slots.hpp"
#include "service/calls.hpp"
#include "service/node_parts.hpp"
#include "service/spans.hpp"

namespace lodge::service {

/// The spans of plugins that go on. Thread-safe.
class PluginSpans final : public OwnerListener {
 public:
  PluginSpans(Spans& spans, Calls& calls) : spans_(spans), calls_(calls) {}

  /// A span, and whose it is. Its owner may come with it from several threads.
  struct Open {
    Open(InstanceContext& of, Span began) : context(of), trace(began.trace()), span(std::move(began)) {}
    InstanceContext& context;
    const lodge_trace trace;
    std::mutex mutex;  ///< over the span
    Span span;
  };

  /// Below `parent`. 0: there are too many.
  [[nodiscard]] lodge_handle begin(InstanceContext& context, const lodge_trace& parent, std::string_view name,
                                   lodge_trace& trace);
  /// nullptr: no span of that instance.
  [[nodiscard]] std::shared_ptr<Open> find(std::uint64_t instance_owner, lodge_handle span) const;
  /// The same, and it has ended.
  [[nodiscard]] std::shared_ptr<Open> take(std::uint64_t instance_owner, lodge_handle span);

  [[nodiscard]] Spans& spans() { return spans_; }
  [[nodiscard]] Calls& calls() { return calls_; }

  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

 private:
  Spans& spans_;
  Calls& calls_;
  Slots<std::shared_ptr<Open>> open_;
};

void offer_trace(plugin::InterfaceRegistry& registry, PluginSpans& spans);

}  // namespace lodge::service
