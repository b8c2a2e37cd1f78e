// Store and configuration: the same verbs, each tried on both.
#include "control/admin_node.hpp"
#include "rig/eventually.hpp"

namespace lodge::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::Value;

/// `store` of the service `greeter`, or `config` of a domain.
struct Kind {
  std::string verbs;
  std::string place;
  std::string called;      ///< in errors
  std::string when_empty;  ///< what `list` answers where nothing is
  friend std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.verbs; }
};

class AdminEntries : public AdminTest, public ::testing::WithParamInterface<Kind> {
 protected:
  std::string of(const std::string& verb, std::vector<Value> args) {
    args.insert(args.begin(), Value(GetParam().place));
    return said(GetParam().verbs + verb, args);
  }
};

TEST_P(AdminEntries, what_is_put_is_there_until_it_is_deleted) {
  EXPECT_EQ(of("_put", {"key", Value::List{1, "a"}}), "null");
  EXPECT_EQ(of("_get", {"key"}), "[1,\"a\"]");
  EXPECT_EQ(of("_put", {"key", Value()}), "null");
  EXPECT_EQ(of("_get", {"key"}), "null") << "nil is a value like others";
  EXPECT_EQ(of("_list", {"", 10}), "[{\"key\":\"key\",\"value\":null}]");
  EXPECT_EQ(of("_delete", {"key"}), "null");
  EXPECT_EQ(of("_list", {"", 10}), GetParam().when_empty);
}

TEST_P(AdminEntries, a_key_that_is_not_there_is_not_found) {
  const std::string missing = "NOT_FOUND: no key `key` in " + GetParam().called;
  EXPECT_EQ(of("_get", {"key"}), missing);
  EXPECT_EQ(of("_delete", {"key"}), missing);
}

TEST_P(AdminEntries, a_list_has_the_keys_that_begin_so_and_no_more_than_its_limit) {
  for (const char* key : {"a1", "a2", "a3", "b1"}) ASSERT_EQ(of("_put", {key, 1}), "null");
  EXPECT_EQ(ask(GetParam().verbs + "_list", {GetParam().place, "a", 10}).value.as_list()->size(), 3U);
  EXPECT_EQ(ask(GetParam().verbs + "_list", {GetParam().place, "", 2}).value.as_list()->size(), 2U);
  EXPECT_EQ(of("_list", {"", 0}), "[]");
  EXPECT_EQ(of("_list", {"c", 10}), "[]");
  EXPECT_EQ(of("_list", {"b", 10}), "[{\"key\":\"b1\",\"value\":1}]");
  EXPECT_EQ(of("_list", {Value::Binary{{'b'}}, 10}), "[{\"key\":\"b1\",\"value\":1}]");
}

TEST_P(AdminEntries, a_key_that_is_no_text_is_listed_as_bytes_and_reached_as_such) {
  const Value key = Value::Binary{Bytes{0, 255}};
  EXPECT_EQ(of("_put", {key, "x"}), "null");
  EXPECT_EQ(of("_list", {"", 10}), "[{\"key\":{\"$bin\":\"AP8=\"},\"value\":\"x\"}]");
  EXPECT_EQ(of("_get", {key}), "\"x\"");
  EXPECT_EQ(of("_delete", {key}), "null");
  EXPECT_EQ(of("_get", {key}), "NOT_FOUND: no key `\\x00\\xff` in " + GetParam().called) << "safe for a terminal";
}

TEST_P(AdminEntries, a_key_of_an_impossible_size_is_refused_with_the_limits) {
  for (const std::string& key : {std::string(), std::string(2000, 'k')}) {
    EXPECT_THAT(of("_put", {key, 1}), StartsWith("INVALID_ARGUMENT: " + GetParam().called + ": a "));
    EXPECT_THAT(of("_put", {key, 1}), HasSubstr("a key "));
  }
}

TEST_P(AdminEntries, arguments_of_another_type_are_refused_by_their_place) {
  const std::string verbs = GetParam().verbs;
  EXPECT_EQ(said(verbs + "_get", {5, "key"}), "INVALID_ARGUMENT: argument 1: expected str, got int");
  for (const char* verb : {"_get", "_delete"}) {
    EXPECT_EQ(of(verb, {5}), "INVALID_ARGUMENT: argument 2: expected str, got int");
  }
  EXPECT_EQ(of("_put", {Value(), 1}), "INVALID_ARGUMENT: argument 2: expected str, got nil");
  EXPECT_EQ(of("_list", {true, 10}), "INVALID_ARGUMENT: argument 2: expected str, got bool");
  for (const Value& limit : {Value(-1), Value("10"), Value(1.5), Value()}) {
    EXPECT_THAT(of("_list", {"", limit}), StartsWith("INVALID_ARGUMENT: argument 3: expected a whole number from 0"));
  }
}

TEST_P(AdminEntries, another_number_of_arguments_is_another_function) {
  EXPECT_THAT(of("_get", {}), StartsWith("UNIMPLEMENTED: "));
  EXPECT_THAT(of("_put", {"key"}), StartsWith("UNIMPLEMENTED: "));
}

INSTANTIATE_TEST_SUITE_P(Of, AdminEntries,
                         ::testing::Values(Kind{"store", "greeter", "the store of service `greeter`", "[]"},
                                           Kind{"config", "shop", "domain `shop`",
                                                "NOT_FOUND: nothing is in domain `shop`"}),
                         [](const auto& each) { return each.param.verbs; });

using AdminStore = AdminTest;
using AdminConfig = AdminTest;

TEST_F(AdminStore, a_service_that_does_not_exist_is_not_found_with_a_suggestion) {
  for (const auto& [verb, args] :
       std::vector<std::pair<std::string, std::vector<Value>>>{{"store_list", {"greter", "", 1}},
                                                               {"store_get", {"greter", "k"}},
                                                               {"store_put", {"greter", "k", 1}},
                                                               {"store_delete", {"greter", "k"}}}) {
    EXPECT_EQ(said(verb, args), "NOT_FOUND: no service `greter`; did you mean `greeter`?");
  }
}

TEST_F(AdminStore, a_value_that_a_plugin_keeps_as_plain_bytes_is_shown_as_bytes) {
  ASSERT_EQ(node_.runtime().find("greeter")->store().put(view_of("raw"), Bytes{0xc1}), Code::OK);
  EXPECT_EQ(said("store_get", {"greeter", "raw"}), "{\"$bin\":\"wQ==\"}");
}

TEST_F(AdminStore, a_full_store_says_what_to_raise) {
  service::ServiceSpec spec;
  spec.name = "small";
  spec.plugins = {"greeter"};
  spec.store_bytes_max = 200;
  ASSERT_TRUE(node_.runtime().start(spec));
  EXPECT_EQ(said("store_put", {"small", "key", std::string(300, 'v')}),
            "RESOURCE_EXHAUSTED: the store of service `small` holds 0 of 200 bytes (service.small.store_bytes_max)");
}

TEST_F(AdminStore, an_entry_that_is_put_for_a_time_says_how_long_it_stays) {
  ASSERT_EQ(said("store_put", {"greeter", "stays", 1}), "null");
  EXPECT_EQ(said("store_list", {"greeter", "", 10}), "[{\"key\":\"stays\",\"value\":1}]");
  ASSERT_EQ(said("store_put", {"greeter", "goes", 2, 60'000}), "null");
  const Value listed = ask("store_list", {"greeter", "goes", 10}).value;
  ASSERT_EQ(listed.as_list()->size(), 1U);
  const Value* const left_ms = listed.as_list()->at(0).find("expires_in_ms");
  ASSERT_NE(left_ms, nullptr);
  EXPECT_GT(*left_ms->as_int(), 0);
  EXPECT_LE(*left_ms->as_int(), 60'000);
  ASSERT_EQ(said("store_put", {"greeter", "goes", 3, 1}), "null");
  EXPECT_TRUE(rig::eventually([&] { return said("store_get", {"greeter", "goes"}).starts_with("NOT_FOUND"); }));
  ASSERT_EQ(said("store_put", {"greeter", "goes", 4, 0}), "null");
  EXPECT_EQ(said("store_list", {"greeter", "goes", 10}), "[{\"key\":\"goes\",\"value\":4}]") << "0 is never";
  EXPECT_THAT(said("store_put", {"greeter", "goes", 3, -1}), StartsWith("INVALID_ARGUMENT: argument 4: "));
}

TEST_F(AdminConfig, its_domains_are_those_with_something_in_them) {
  EXPECT_EQ(said("config_domains"), "[]");
  EXPECT_EQ(said("config_put", {"shop", "hours", 8}), "null");
  EXPECT_EQ(said("config_put", {"bar", "hours", 20}), "null");
  EXPECT_EQ(said("config_domains"), "[\"bar\",\"shop\"]");
}

TEST_F(AdminConfig, a_domain_or_key_that_is_not_there_is_not_found_with_a_suggestion) {
  ASSERT_EQ(said("config_put", {"shop", "hours", 8}), "null");
  EXPECT_EQ(said("config_get", {"shop", "huors"}), "NOT_FOUND: no key `huors` in domain `shop`; did you mean `hours`?");
  EXPECT_EQ(said("config_delete", {"shop", "zzz"}), "NOT_FOUND: no key `zzz` in domain `shop`");
  EXPECT_EQ(said("config_get", {"shpo", "hours"}),
            "NOT_FOUND: no key `hours` in domain `shpo`; did you mean domain `shop`?");
  EXPECT_EQ(said("config_list", {"shpo", "", 10}),
            "NOT_FOUND: nothing is in domain `shpo`; did you mean domain `shop`?");
  EXPECT_EQ(said("config_list", {"museum", "", 10}), "NOT_FOUND: nothing is in domain `museum`");
}

TEST_F(AdminConfig, a_domain_of_an_impossible_size_and_a_value_too_large_are_refused) {
  for (const std::string& domain : {std::string(), std::string(65, 'd')}) {
    EXPECT_THAT(said("config_put", {domain, "key", 1}), HasSubstr("a domain has 1 to 64 bytes"));
    EXPECT_THAT(said("config_list", {domain, "", 1}), HasSubstr("a domain has 1 to 64 bytes"));
  }
  EXPECT_THAT(said("config_put", {"shop", "key", std::string(70'000, 'v')}), HasSubstr("a value at most 65,536"));
}

}  // namespace
}  // namespace lodge::control
