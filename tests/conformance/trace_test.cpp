// Conformance, services 34: what is traced, as it is and as another plugin would have it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "rig/node.hpp"
#include "traced_plugins.hpp"

namespace lodge {
namespace {

using rig::Node;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using wire::Value;

/// A service that traces, with these plugins in front of it; what its log got.
class TracingService {
 public:
  explicit TracingService(const std::vector<std::string>& front) {
    log::send_to([this](std::string_view, log::Level, std::string_view text) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(text);
    });
    lodge_test::heard().clear();
    for (const lodge_plugin* each :
         {&lodge_test::tracing(), &lodge_test::watcher(), &lodge_test::replacer(), &lodge_test::standard_trace()}) {
      node.plugins().add_builtin(*each);
    }
    std::vector<std::string> plugins = front;
    plugins.emplace_back("tracing");
    EXPECT_TRUE(node.start("s", plugins));
  }
  ~TracingService() {
    EXPECT_TRUE(node.runtime().stop_all(std::chrono::seconds(10)));
    log::send_to({});
  }
  TracingService(const TracingService&) = delete;
  TracingService& operator=(const TracingService&) = delete;

  Value work() {
    const rig::Answer answer = node.call("s", "work", {20});
    EXPECT_EQ(answer.code, Code::OK) << answer.message;
    return answer.value;
  }
  [[nodiscard]] std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// Of the plugin `tracing`.
  [[nodiscard]] std::vector<std::string> metrics() const {
    std::vector<std::string> out;
    for (const auto& each : node.plugin_metrics().read()) {
      out.push_back(each.spec.family + "=" + std::to_string(static_cast<int>(each.value)));
    }
    return out;
  }
  /// Of spans that have ended, in that order.
  [[nodiscard]] std::vector<std::string> spans() {
    std::vector<std::string> out;
    for (const auto& each : node.runtime().spans().ring().read({}).records) out.push_back(each.name);
    return out;
  }

  mutable Node node;

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

const std::vector<std::string> each_kind = {"begun outer", "log working",         "begun inner", "event halfway",
                                            "ended inner", "metric rows_total 2", "ended outer"};

// By default a span answers its block's value, and nobody is asked.
TEST(services, 34) {
  for (const std::vector<std::string>& front : {std::vector<std::string>(), {"trace"}}) {
    TracingService service(front);
    EXPECT_EQ(service.work(), Value(42));
    EXPECT_THAT(lodge_test::heard(), IsEmpty());
    EXPECT_THAT(service.metrics(), ElementsAre("plugin_tracing_rows_total=2"));
    EXPECT_THAT(service.lines(), Contains("working"));
  }
}

// A plugin in front of it sees every kind, nested spans outer first, and changes nothing.
TEST(services, 34_seen) {
  TracingService service({"watcher"});
  EXPECT_EQ(service.work(), Value(42));
  EXPECT_EQ(lodge_test::heard(), each_kind);
  EXPECT_THAT(service.metrics(), ElementsAre("plugin_tracing_rows_total=2"));
  EXPECT_THAT(service.lines(), Contains("working"));
  EXPECT_THAT(service.spans(), ElementsAre("inner", "outer")) << "somebody listens: they are kept";
}

// One that answers in their place replaces them all; the block's value is still the span's.
TEST(services, 34_replaced) {
  TracingService service({"replacer"});
  EXPECT_EQ(service.work(), Value(42));
  EXPECT_EQ(lodge_test::heard(), each_kind);
  EXPECT_THAT(service.metrics(), IsEmpty());
  EXPECT_THAT(service.lines(), Not(Contains("working")));
  EXPECT_THAT(service.spans(), IsEmpty());
}

// Text is only made where somebody listens.
TEST(services, 34_text) {
  TracingService quiet({});
  lodge_test::texts_made() = 0;
  EXPECT_EQ(quiet.node.call("s", "quietly").value, Value());
  EXPECT_EQ(lodge_test::texts_made(), 0);
}

TEST(services, 34_text_heard) {
  TracingService heard({"watcher"});
  lodge_test::texts_made() = 0;
  EXPECT_EQ(heard.node.call("s", "quietly").value, Value());
  EXPECT_EQ(lodge_test::texts_made(), 2) << "an event, and a line below the log's level";
  EXPECT_THAT(lodge_test::heard(), ElementsAre("begun quiet", "event dear", "log dear", "ended quiet"));
}

// What the block throws comes through, and is what its span ends with.
TEST(services, 34_thrown) {
  TracingService service({"watcher"});
  const rig::Answer answer = service.node.call("s", "break_down");
  EXPECT_EQ(answer.code, Code::ABORTED);
  EXPECT_EQ(answer.message, "given up");
  EXPECT_THAT(lodge_test::heard(), ElementsAre("begun breaking", "ended breaking: given up"));
  EXPECT_EQ(service.node.runtime().spans().ring().read({}).records.at(0).code, Code::ABORTED);
}

}  // namespace
}  // namespace lodge
