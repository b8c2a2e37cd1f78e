#include "service/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::Value;

class Settings : public testing::Test {
 protected:
  Settings() { plugin_.name = "p"; }

  void add(const std::string& name, std::uint32_t type, std::uint32_t flags = 0, const Value& default_value = {},
           const Value& constraints = {}) {
    plugin_.settings.push_back({.name = name,
                                .type = type,
                                .flags = flags,
                                .default_value = default_value.is_nil() ? Bytes() : default_value.pack(),
                                .doc = {},
                                .constraints = constraints.is_nil() ? Bytes() : constraints.pack()});
  }
  Value effective(const Value& given) {
    findings_.clear();
    return effective_settings(plugin_, given, "service.s.config.p", findings_);
  }
  std::vector<std::string> wrong(const Value& given) {
    (void)effective(given);
    std::vector<std::string> out;
    for (const Finding& each : findings_) out.push_back(each.what);
    return out;
  }

  plugin::Descriptor plugin_;
  std::vector<Finding> findings_;
};

TEST_F(Settings, are_those_given_and_defaults) {
  add("size", LODGE_TYPE_INT, 0, 5);
  add("ratio", LODGE_TYPE_FLOAT, 0, 0.5);
  add("name", LODGE_TYPE_STRING);
  EXPECT_EQ(effective(Value::map({{"ratio", 2}})), Value::map({{"size", 5}, {"ratio", 2.0}, {"name", Value()}}));
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(Settings, a_nil_is_as_if_it_was_not_given) {
  add("size", LODGE_TYPE_INT, 0, 5);
  add("name", LODGE_TYPE_STRING);
  const Value once = effective({});
  EXPECT_EQ(effective(once), once) << "what came out may come in again";
  EXPECT_EQ(effective(Value::map({{"size", Value()}})), once);
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(Settings, all_that_is_wrong_is_told_with_its_path_in_the_words_of_the_configuration) {
  add("size", LODGE_TYPE_INT, 0, 5);
  add("tags", LODGE_TYPE_LIST, LODGE_REQUIRED);
  add("key", LODGE_TYPE_STRING, LODGE_REQUIRED);
  EXPECT_THAT(wrong(Value::map({{"sise", 1}, {"size", "big"}, {"tags", Value::Map{}}})),
              ElementsAre("service.s.config.p.sise: plugin p has no such setting; did you mean `size`?",
                          "service.s.config.p.size: expected integer, got string",
                          "service.s.config.p.tags: expected array, got table",
                          "service.s.config.p.key: required, and not given; it is of type string"));
  EXPECT_EQ(findings_[1].path, "service.s.config.p.size");
}

TEST_F(Settings, one_that_may_be_left_out_says_so) {
  add("name", LODGE_TYPE_STRING);
  EXPECT_THAT(wrong(Value::map({{"name", 3}})),
              ElementsAre("service.s.config.p.name: expected string or nothing, got integer"));
}

TEST_F(Settings, say_what_is_allowed_where_a_constraint_is_broken) {
  add("size", LODGE_TYPE_INT, 0, 5, Value::map({{"min", 1}, {"max", 100}}));
  add("ratio", LODGE_TYPE_FLOAT, 0, 0.5, Value::map({{"min", 0.0}}));
  add("mode", LODGE_TYPE_STRING, LODGE_REQUIRED, {}, Value::map({{"one_of", Value::List{"fast", "safe"}}}));
  add("tag", LODGE_TYPE_STRING, 0, {}, Value::map({{"size_max", 64}}));
  EXPECT_THAT(wrong(Value::map({{"size", 0}, {"ratio", -1}, {"mode", "sfae"}, {"tag", std::string(70, 'x')}})),
              ElementsAre("service.s.config.p.size: expected from 1 to 100, got 0",
                          "service.s.config.p.ratio: expected 0.0 or more, got -1.0",
                          "service.s.config.p.mode: expected one of \"fast\", \"safe\", got \"sfae\"",
                          "service.s.config.p.tag: expected at most 64 bytes, got a string of 70 bytes"));
  EXPECT_EQ(effective(Value::map({{"size", 100}, {"mode", "fast"}})),
            Value::map({{"size", 100}, {"ratio", 0.5}, {"mode", "fast"}, {"tag", Value()}}));
  EXPECT_THAT(findings_, IsEmpty()) << "what may be left out is nothing, whatever it may be else";
}

TEST_F(Settings, do_not_tell_a_secret_that_breaks_a_constraint) {
  add("key", LODGE_TYPE_STRING, LODGE_SECRET, {}, Value::map({{"size_min", 8}}));
  EXPECT_THAT(wrong(Value::map({{"key", "hush"}})),
              ElementsAre("service.s.config.p.key: expected 8 bytes or more, got something else"));
}

TEST_F(Settings, are_a_table) {
  EXPECT_THAT(wrong("text"), ElementsAre("service.s.config.p: expected a table of settings, got string"));
}

}  // namespace
}  // namespace lodge::service
