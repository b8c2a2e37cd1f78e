#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/plugin.hpp>
#include <lodge/testing.hpp>

#include <optional>

#include "status/outcome.hpp"

namespace {

using outcome::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Details = std::map<std::string, std::string>;

/// The plugins of a shop: they know what it means that the paper is out.
struct Shop {
  static lodge::Verdict status(const lodge::Any& error) {
    if (error == of("out_of_paper")) return lodge::done(Outcome{"out_of_paper", "no paper left", 507, {}, {}});
    if (error == of("broken")) throw std::runtime_error("translation broke");
    return lodge::go_on();
  }
  static lodge::Verdict status_public(const lodge::Any& error) {
    if (error == of("out_of_paper")) return lodge::done(Outcome{"try_later", "", 503, {}, {}});
    return lodge::go_on();
  }
  static const lodge_plugin* plugin() {
    static const auto description =
        lodge::describe<Shop>("shop", "1.0.0", lodge::depends_on("status"), lodge::callback<&Shop::status>("status"),
                              lodge::callback<&Shop::status_public>("status_public"));
    return description.plugin();
  }

 private:
  static lodge::Any of(std::string_view text) {
    lodge::Buffer<> packed;
    static_cast<void>(lodge::write_values(packed, text));
    return {{packed.view().begin(), packed.view().end()}};
  }
};

class Status : public testing::Test {
 protected:
  Status() {
    host.add_folder(PLUGINS);
    host.add(Shop::plugin());
    host.start("s", {"shop"}).or_throw();
    host.forget_logs();
  }

  template <typename T>
  Outcome of(const T& error, const char* callback = "status") {
    return host.call<Outcome>("s", callback, error).or_throw();
  }
  template <typename T>
  Outcome for_strangers(const T& error) {
    return of(error, "status_public");
  }
  static Details details(const Outcome& of) {
    Details out;
    lodge::Mismatch mismatch;
    EXPECT_TRUE(lodge::read_value(of.data.bytes, out, mismatch)) << mismatch.text;
    return out;
  }
  /// What the log says with the reference that an outcome has; empty: it has none, or the log does not know it.
  std::string logged(const Outcome& of) {
    const auto reference = of.metadata.find("reference");
    if (reference == of.metadata.end()) return {};
    EXPECT_THAT(of.info, HasSubstr(reference->second));
    for (const auto& line : host.logs()) {
      if (line.text.find(reference->second) != std::string::npos) return line.text;
    }
    return {};
  }

  lodge::testing::Host host;
};

TEST_F(Status, knows_the_common_words) {
  EXPECT_EQ(of("ok").code, 200);
  EXPECT_EQ(of("not_found").code, 404);
  EXPECT_THAT(of("not_found").info, Not(IsEmpty()));
  EXPECT_EQ(of("conflict").code, 409);
}

TEST_F(Status, takes_any_other_word_as_it_is) {
  const Outcome other = of("bicycle_stolen");
  EXPECT_EQ(other.status, "bicycle_stolen");
  EXPECT_EQ(other.code, 400);
  EXPECT_THAT(host.logs(), IsEmpty());
}

TEST_F(Status, gives_numbers_of_http_their_words) {
  EXPECT_EQ(of(404).status, "not_found");
  EXPECT_EQ(of(404).code, 404);
  EXPECT_EQ(of(409).status, "conflict");
  EXPECT_EQ(of(418).status, "code_418");
  EXPECT_EQ(of(418).code, 418);
  EXPECT_EQ(of(599).code, 599);
}

TEST_F(Status, gives_every_code_of_lodge_an_outcome_of_its_own) {
  std::map<std::string, std::int64_t> seen;
#define SEEN(name, number, meaning) seen[#name] = of(number).code;
  LODGE_ERROR_CODES(SEEN)
#undef SEEN
  const std::map<std::string, std::int64_t> wanted{{"CANCELLED", 499},
                                                   {"UNKNOWN", 500},
                                                   {"INVALID_ARGUMENT", 400},
                                                   {"NOT_FOUND", 404},
                                                   {"ALREADY_EXISTS", 409},
                                                   {"DEADLINE_EXCEEDED", 504},
                                                   {"OUT_OF_RANGE", 400},
                                                   {"PERMISSION_DENIED", 403},
                                                   {"RESOURCE_EXHAUSTED", 429},
                                                   {"ABORTED", 409},
                                                   {"UNIMPLEMENTED", 501},
                                                   {"FAILED_PRECONDITION", 412},
                                                   {"INTERNAL", 500},
                                                   {"UNAVAILABLE", 503},
                                                   {"DATA_LOSS", 500},
                                                   {"UNAUTHENTICATED", 401},
                                                   {"STALE", 410},
                                                   {"DEADLOCK", 508},
                                                   {"FENCED", 409}};
  EXPECT_EQ(seen, wanted);
  EXPECT_EQ(of(LODGE_FENCED).status, "fenced");
}

TEST_F(Status, passes_on_what_an_error_of_lodge_says) {
  const Outcome missing = of(std::map<std::string, std::variant<int, std::string>>{
      {"code", LODGE_NOT_FOUND}, {"message", "no customer 7"}, {"service", "shop"}});
  EXPECT_EQ(missing.status, "not_found");
  EXPECT_EQ(missing.info, "no customer 7");
}

TEST_F(Status, keeps_what_a_bug_says_to_the_log) {
  const Outcome bug = of(
      std::map<std::string, std::variant<int, std::string>>{{"code", LODGE_INTERNAL}, {"message", "password is 1234"}});
  EXPECT_EQ(bug.status, "internal_error");
  EXPECT_EQ(bug.code, 500);
  EXPECT_THAT(bug.info, Not(HasSubstr("1234")));
  EXPECT_THAT(logged(bug), HasSubstr("password is 1234"));
}

TEST_F(Status, answers_what_it_does_not_know_as_an_internal_error_with_a_reference) {
  const auto check = [this](const auto& unknown, const char* in_the_log) {
    const Outcome outcome = of(unknown);
    EXPECT_EQ(outcome.status, "internal_error");
    EXPECT_EQ(outcome.code, 500);
    EXPECT_THAT(logged(outcome), HasSubstr(in_the_log));
  };
  check(std::optional<int>(), "null");
  check(3.5, "3.5");
  check(true, "true");
  check(7, ": 7");
  check(600, "600");
  check(-20, "-20");
  check(std::vector<std::uint8_t>{0xde, 0xad}, "0xdead");
  check(std::vector<int>{}, "[]");
  check(std::vector<std::string>{"a", "b", "c"}, R"(["a","b","c"])");
  check(std::string("two\nlines"), "two\nlines");
  check(std::string(), ": ");
}

TEST_F(Status, gives_no_two_the_same_reference) {
  EXPECT_NE(of(1.5).metadata["reference"], of(1.5).metadata["reference"]);
}

TEST_F(Status, makes_data_of_details_with_values_as_text) {
  const Outcome details_only = of(std::map<std::string, std::variant<int, double, std::string, std::vector<int>>>{
      {"field", "age"}, {"most", 120}, {"factor", 0.5}, {"seen", std::vector<int>{1, 2}}});
  EXPECT_EQ(details(details_only), (Details{{"field", "age"}, {"most", "120"}, {"factor", "0.5"}, {"seen", "[1,2]"}}));
  EXPECT_EQ(details_only.status, "error");
  EXPECT_EQ(details_only.code, 400);
}

TEST_F(Status, takes_a_list_of_status_info_and_details) {
  const Outcome all = of(std::tuple("not_found", "no such customer", std::map<std::string, int>{{"customer", 7}}));
  EXPECT_EQ(all.status, "not_found");
  EXPECT_EQ(all.info, "no such customer");
  EXPECT_EQ(details(all), (Details{{"customer", "7"}}));
  EXPECT_EQ(of(std::tuple(404, std::map<int, bool>{{1, true}})).code, 404);
  EXPECT_EQ(details(of(std::tuple(404, std::map<int, bool>{{1, true}}))), (Details{{"1", "true"}}));
  EXPECT_EQ(of(std::tuple("ok", std::map<int, int>(), "text")).status, "internal_error") << "not in that order";
}

TEST_F(Status, takes_an_outcome_as_it_is) {
  Outcome given{"accepted", "in a minute", 202, {{7}}, {{"queue", "3"}}};
  const Outcome taken = of(given);
  EXPECT_EQ(taken.status, "accepted");
  EXPECT_EQ(taken.info, "in a minute");
  EXPECT_EQ(taken.code, 202);
  EXPECT_EQ(taken.data, given.data);
  EXPECT_EQ(taken.metadata, given.metadata);
  EXPECT_EQ(of(std::map<std::string, std::string>{{"status", "not_found"}}).code, 404);
}

TEST_F(Status, does_not_take_an_outcome_of_wrong_types_for_one) {
  using Wrong = std::map<std::string, std::variant<int, std::string>>;
  EXPECT_THAT(logged(of(Wrong{{"status", 5}})), HasSubstr(R"({"status":5})"));
  EXPECT_EQ(of(Wrong{{"status", "x"}, {"code", 99}}).status, "internal_error");
  EXPECT_EQ(of(Wrong{{"status", "x"}, {"code", "404"}}).status, "internal_error");
  EXPECT_EQ(of(Wrong{{"status", "x"}, {"metadata", 1}}).status, "internal_error");
}

TEST_F(Status, lets_plugins_in_front_translate_what_is_theirs) {
  EXPECT_EQ(of("out_of_paper").code, 507);
  EXPECT_EQ(of("out_of_ink").code, 400) << "not theirs";
}

TEST_F(Status, tells_strangers_only_what_everybody_knows) {
  EXPECT_EQ(for_strangers("not_found").status, "not_found");
  EXPECT_THAT(for_strangers(Outcome{"not_found", "", 404, {}, {{"rack", "12"}}}).metadata, IsEmpty());
  const Outcome inner = for_strangers("bicycle_stolen");
  EXPECT_EQ(inner.status, "internal_error");
  EXPECT_THAT(logged(inner), HasSubstr("bicycle_stolen"));
  EXPECT_EQ(for_strangers("out_of_paper").status, "try_later") << "a plugin says what strangers may know";
}

TEST_F(Status, refers_strangers_to_the_same_line_as_others) {
  const Outcome bug = for_strangers(2.5);
  EXPECT_THAT(logged(bug), HasSubstr("2.5"));
  EXPECT_THAT(host.logs(), SizeIs(1));
}

TEST_F(Status, answers_strangers_where_a_translation_fails) {
  const Outcome broken = for_strangers("broken");
  EXPECT_EQ(broken.status, "internal_error");
  EXPECT_THAT(logged(broken), HasSubstr("broken"));
}

TEST_F(Status, bounds_what_is_huge_and_deep) {
  const Outcome text = of(std::string(1'000'000, 'x'));
  EXPECT_EQ(text.status, "internal_error");
  EXPECT_THAT(logged(text), AllOf(HasSubstr("xxx..."), SizeIs(testing::Lt(8'192U))));
  std::map<int, std::string> many;
  for (int i = 0; i < 10'000; ++i) many[i] = std::string(2'000, 'y');
  const Outcome cut = of(many);
  EXPECT_THAT(details(cut), SizeIs(64));
  EXPECT_EQ(cut.metadata.at("details_left_out"), "9936");
  EXPECT_LT(cut.data.bytes.size(), 80'000U);
  std::vector<std::uint8_t> deep(60, 0x91);
  deep.push_back(7);
  EXPECT_THAT(logged(of(lodge::Any{deep})), HasSubstr("[[[7]]]"));
}

}  // namespace
