#include "base/log.hpp"
#include "control/admin_node.hpp"
#include "rig/prometheus_text.hpp"

namespace lodge::control {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

class AdminMetrics : public AdminTest {
 protected:
  rig::Samples samples() {
    const rig::Answer answer = ask("metrics");
    EXPECT_EQ(answer.code, Code::OK) << answer.message;
    std::string error;
    rig::Samples out = rig::read_prometheus_text(*answer.value.as_text(), error);
    EXPECT_THAT(error, IsEmpty());
    return out;
  }
};

TEST_F(AdminMetrics, count_calls_and_links_of_each_callback) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(node_.call("greeter", "greet", {"ada"}).code, Code::OK);
  const rig::Samples found = samples();
  EXPECT_EQ(found.at("lodge_calls_total{service=\"greeter\",callback=\"greet/1\"}"), 3);
  EXPECT_EQ(found.at("lodge_links_total{service=\"greeter\",callback=\"greet/1\"}"), 3);
  EXPECT_EQ(found.at("lodge_call_seconds_count{service=\"greeter\",origin=\"outside\"}"), 3);
  EXPECT_EQ(found.at("lodge_service_running{service=\"greeter\"}"), 1);
}

TEST_F(AdminMetrics, count_errors_by_code) {
  ASSERT_EQ(node_.call("greeter", "ask_the_host").code, Code::PERMISSION_DENIED);
  ASSERT_EQ(node_.call("greeter", "missing").code, Code::UNIMPLEMENTED);
  ASSERT_EQ(node_.call("nobody", "missing").code, Code::UNAVAILABLE);
  const rig::Samples found = samples();
  EXPECT_EQ(found.at("lodge_call_errors_total{service=\"greeter\",code=\"PERMISSION_DENIED\"}"), 1);
  EXPECT_EQ(found.at("lodge_call_errors_total{service=\"lodge\",code=\"PERMISSION_DENIED\"}"), 1);
  EXPECT_EQ(found.at("lodge_calls_refused_total{code=\"UNIMPLEMENTED\"}"), 1);
  EXPECT_EQ(found.at("lodge_calls_refused_total{code=\"UNAVAILABLE\"}"), 1);
}

TEST_F(AdminMetrics, names_that_callers_make_up_do_not_become_labels) {
  for (int i = 0; i < 20; ++i) (void)node_.call("greeter", "made_up_" + std::to_string(i));
  for (const auto& [name, value] : samples()) EXPECT_THAT(name, Not(::testing::HasSubstr("made_up")));
}

TEST_F(AdminMetrics, tell_of_stores_queues_threads_and_the_log) {
  ASSERT_EQ(said("store_put", {"greeter", "key", 1}), "null");
  const double warned = samples().at("lodge_log_lines_total{level=\"warn\"}");
  log::warn("test", "one more");
  const rig::Samples found = samples();
  EXPECT_EQ(found.at("lodge_store_entries{service=\"greeter\"}"), 1);
  EXPECT_GT(found.at("lodge_store_bytes{service=\"greeter\"}"), 0);
  EXPECT_EQ(found.at("lodge_log_lines_total{level=\"warn\"}"), warned + 1);
  EXPECT_GE(found.at("lodge_queue_taken_total"), 2);
  EXPECT_GE(found.at("lodge_queue_wait_seconds_count"), 2);
  EXPECT_GE(found.at("lodge_threads"), 1);
  EXPECT_EQ(found.at("lodge_info{node=\"alpha\",version=\"" LODGE_SDK_VERSION "\"}"), 1);
}

TEST_F(AdminMetrics, tell_what_plugins_ask_of_their_store_and_not_what_operators_do) {
  ASSERT_EQ(said("store_put", {"greeter", "key", 1}), "null");
  EXPECT_THAT(samples(), Not(Contains(Key("lodge_store_operations_total{service=\"greeter\",operation=\"put\"}"))));
  for (int i = 0; i < 3; ++i) ASSERT_EQ(node_.call("greeter", "look").code, Code::NOT_FOUND);
  const rig::Samples found = samples();
  EXPECT_EQ(found.at("lodge_store_operations_total{service=\"greeter\",operation=\"get\"}"), 3);
  EXPECT_EQ(found.at("lodge_store_errors_total{service=\"greeter\",code=\"NOT_FOUND\"}"), 3);
}

TEST_F(AdminMetrics, go_on_counting_when_a_service_starts_again) {
  ASSERT_EQ(node_.call("greeter", "greet", {"ada"}).code, Code::OK);
  ASSERT_EQ(node_.want("greeter", service::Admin::inactive), service::Running::stopped);
  EXPECT_EQ(samples().at("lodge_service_running{service=\"greeter\"}"), 0);
  ASSERT_EQ(node_.want("greeter", service::Admin::active), service::Running::running);
  ASSERT_EQ(node_.call("greeter", "greet", {"ada"}).code, Code::OK);
  EXPECT_EQ(samples().at("lodge_calls_total{service=\"greeter\",callback=\"greet/1\"}"), 2);
}

TEST_F(AdminMetrics, have_a_sampled_histogram_of_calls_between_plugins) {
  EXPECT_THAT(samples(), Not(Contains(Key("lodge_call_sampled_seconds_count{service=\"lodge\"}"))));
  for (std::uint64_t i = 0; i < 4 * service::sample_every; ++i) (void)node_.call("greeter", "ask_the_host");
  const rig::Samples found = samples();
  const double sampled = found.at("lodge_call_sampled_seconds_count{service=\"lodge\"}");
  EXPECT_GE(sampled, 1);
  EXPECT_LE(sampled, 4) << "on each thread one of 64";
  EXPECT_EQ(found.at("lodge_calls_total{service=\"lodge\",callback=\"status/0\"}"), 4 * service::sample_every);
}

}  // namespace
}  // namespace lodge::control
