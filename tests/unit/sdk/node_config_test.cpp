// lodge::NodeConfig over a real node's configuration.
#include "sdk/lent_host.hpp"

namespace {

using ::testing::ElementsAre;

struct ConfigOfNode : LentHost {
  lodge::Host host = start("s");
  lodge::NodeConfig config = host.node_config();
};

TEST_F(ConfigOfNode, keeps_typed_values_by_domain_and_key) {
  config.put("web", "port", 80).or_throw();
  config.put("mail", "port", 25).or_throw();
  EXPECT_EQ(config.get<int>("web", "port").or_throw(), 80);
  EXPECT_EQ(config.get<int>("mail", "port").or_throw(), 25);
  EXPECT_THAT(config.get<std::string>("web", "port"),
              Fails(LODGE_INVALID_ARGUMENT, "the value of port: expected str, got int"));
  EXPECT_THAT(config.get<int>("web", "host"), Refuses(LODGE_NOT_FOUND, "lodge.config/1 get web host"));
}

TEST_F(ConfigOfNode, is_shared_by_services_and_outlives_them) {
  config.put("web", "port", 80).or_throw();
  EXPECT_EQ(start("t").node_config().get<int>("web", "port").or_throw(), 80);
  node.stop_all();
  EXPECT_EQ(start("u").node_config().get<int>("web", "port").or_throw(), 80);
}

TEST_F(ConfigOfNode, puts_new_entries_once) {
  config.put_new("web", "port", 80).or_throw();
  EXPECT_THAT(config.put_new("web", "port", 81), Refuses(LODGE_ALREADY_EXISTS, "lodge.config/1 put_new web port"));
  EXPECT_EQ(config.get<int>("web", "port").or_throw(), 80);
}

TEST_F(ConfigOfNode, removes_what_is_there) {
  config.put("web", "port", 80).or_throw();
  config.remove("web", "port").or_throw();
  EXPECT_THAT(config.remove("web", "port"), Refuses(LODGE_NOT_FOUND, "lodge.config/1 remove web port"));
}

TEST_F(ConfigOfNode, increments_integers_alone) {
  EXPECT_EQ(config.increment("web", "hits").or_throw(), 1);
  EXPECT_EQ(config.increment("web", "hits", 10).or_throw(), 11);
  config.put("web", "text", "1").or_throw();
  config.put("web", "most", INT64_MAX).or_throw();
  EXPECT_THAT(config.increment("web", "text"), Refuses(LODGE_INVALID_ARGUMENT, "lodge.config/1 increment web text"));
  EXPECT_THAT(config.increment("web", "most"), Refuses(LODGE_OUT_OF_RANGE, "lodge.config/1 increment web most"));
}

TEST_F(ConfigOfNode, adds_an_element_to_a_set_once) {
  config.add("web", "hosts", "a").or_throw();
  config.add("web", "hosts", "b").or_throw();
  EXPECT_THAT(config.add("web", "hosts", "a"), Refuses(LODGE_ALREADY_EXISTS, "lodge.config/1 add web hosts"));
  EXPECT_THAT(config.get<std::vector<std::string>>("web", "hosts").or_throw(), ElementsAre("a", "b"));
  config.put("web", "port", 80).or_throw();
  EXPECT_THAT(config.add("web", "port", "a"), Refuses(LODGE_INVALID_ARGUMENT, "lodge.config/1 add web port"));
}

TEST_F(ConfigOfNode, updates_what_is_there_unless_refused) {
  const auto add = [](std::optional<int> present) { return present.value_or(0) + 1; };
  const auto refuse = [](std::optional<int>) -> lodge::Result<int> { return lodge::Error{LODGE_ABORTED, "enough"}; };
  config.update<int>("web", "n", add).or_throw();
  config.update<int>("web", "n", add).or_throw();
  EXPECT_THAT(config.update<int>("web", "n", refuse), Fails(LODGE_ABORTED, "enough"));
  EXPECT_EQ(config.get<int>("web", "n").or_throw(), 2);
  EXPECT_THAT(config.update<int>("", "n", add), Refuses(LODGE_INVALID_ARGUMENT, "lodge.config/1 update '' n"));
}

TEST_F(ConfigOfNode, scans_one_domain) {
  config.put("web", "a", 1).or_throw();
  config.put("web", "b", 2).or_throw();
  config.put("webs", "c", 3).or_throw();
  std::map<std::string, std::vector<std::uint8_t>> seen;
  const auto see = [&seen](std::string_view key, lodge::AnyView value) {
    seen.emplace(key, std::vector<std::uint8_t>(value.bytes.begin(), value.bytes.end()));
  };
  config.scan("web", see).or_throw();
  EXPECT_EQ(seen, (decltype(seen){{"a", {1}}, {"b", {2}}}));
  int stopped_at = 0;
  config.scan("web", [&](std::string_view, lodge::AnyView) { return ++stopped_at < 1; }).or_throw();
  EXPECT_EQ(stopped_at, 1);
  EXPECT_THAT(config.scan("", see), Refuses(LODGE_INVALID_ARGUMENT, "lodge.config/1 scan ''"));
}

TEST_F(ConfigOfNode, refuses_what_is_too_long) {
  EXPECT_EQ(config.put(std::string(65, 'd'), "k", 1).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(config.put("d", std::string(256, 'k'), 1).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(config.put("d", "k", std::string(65'536, 'x')).error().code, LODGE_INVALID_ARGUMENT);
}

TEST_F(ConfigOfNode, a_watch_tells_of_what_other_services_change) {
  Told of_key;
  Told of_domain;
  const lodge::Watch key = config.watch("web", "port", of_key.listener()).or_throw();
  const lodge::Watch domain = config.watch("web", "", of_domain.listener(), lodge::WatchMode::prefix).or_throw();
  const lodge::NodeConfig other = start("t").node_config();
  other.put("web", "port", 80).or_throw();
  other.put("web", "hits", 1).or_throw();
  other.put("mail", "port", 25).or_throw();
  other.increment("web", "hits").or_throw();
  other.remove("web", "port").or_throw();
  EXPECT_THAT(of_domain.first(4), ElementsAre("port=80", "hits=1", "hits=2", "port gone"));
  EXPECT_THAT(of_key.first(2), ElementsAre("port=80", "port gone"));
  EXPECT_THAT(config.watch("web", "", of_key.listener()), Refuses(LODGE_INVALID_ARGUMENT, "lodge.config/1 watch"));
}

TEST_F(ConfigOfNode, a_watch_ends_when_dropped_and_with_its_instance) {
  Told dropped;
  Told orphaned;
  Told going_on;
  lodge::Watch first = config.watch("web", "n", dropped.listener()).or_throw();
  const lodge::Watch second = config.watch("web", "n", orphaned.listener()).or_throw();
  config.put("web", "n", 1).or_throw();
  EXPECT_THAT(dropped.first(1), ElementsAre("n=1"));
  first.end();
  config.put("web", "n", 2).or_throw();
  EXPECT_THAT(orphaned.first(2), ElementsAre("n=1", "n=2"));
  node.stop_all();
  const lodge::NodeConfig other = start("t").node_config();
  const lodge::Watch third = other.watch("web", "n", going_on.listener()).or_throw();
  other.put("web", "n", 3).or_throw();
  EXPECT_THAT(going_on.first(1), ElementsAre("n=3"));
  EXPECT_THAT(dropped.changes(), ElementsAre("n=1"));
  EXPECT_THAT(orphaned.changes(), ElementsAre("n=1", "n=2"));
}

TEST_F(ConfigOfNode, is_stale_once_the_instance_is_gone) {
  node.stop_all();
  EXPECT_THAT(config.put("web", "n", 1), Refuses(LODGE_STALE, "lodge.config/1 put web n"));
  EXPECT_EQ(config.get<int>("web", "n").error().code, LODGE_STALE);
  EXPECT_EQ(config.put_new("web", "n", 1).error().code, LODGE_STALE);
  EXPECT_EQ(config.add("web", "n", 1).error().code, LODGE_STALE);
  EXPECT_EQ(config.remove("web", "n").error().code, LODGE_STALE);
  EXPECT_EQ(config.increment("web", "n").error().code, LODGE_STALE);
  EXPECT_EQ(config.scan("web", [](std::string_view, lodge::AnyView) {}).error().code, LODGE_STALE);
  EXPECT_EQ(config.watch("web", "n", [](const lodge::Change&) {}).error().code, LODGE_STALE);
}

}  // namespace
