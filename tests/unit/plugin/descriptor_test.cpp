#include "plugin/descriptor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "plugin/sample_plugin.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const SamplePlugin& sample) {
  const Result<Descriptor> read = read_descriptor(sample.plugin);
  return read ? "accepted" : read.error().text();
}

TEST(Descriptor, is_read_with_all_it_says) {
  const SamplePlugin sample;
  const Result<Descriptor> read = read_descriptor(sample.plugin);
  ASSERT_TRUE(read) << read.error().message;
  const Descriptor expected{
      .name = "greeter",
      .version = "1.4.0",
      .sdk_version = LODGE_SDK_VERSION,
      .sdk_build_id = "0123456789abcdef",
      .summary = "Greets people",
      .group = "front",
      .dependencies = {{"tokenizer", "^1.2", false}, {"audit", "", true}},
      .needs = {"lodge.store/1"},
      .settings = {{"salutation", LODGE_TYPE_STRING, 0, {0xa5, 'h', 'e', 'l', 'l', 'o'}, "what it says", {}},
                   {"token", LODGE_TYPE_STRING, LODGE_REQUIRED | LODGE_SECRET, {}, "", {}}},
      .callbacks = {{"greet", 2, LODGE_QUICK, "who: str, times: int", "str", "greets"},
                    {"greet", 1, LODGE_FUNCTION | LODGE_IDEMPOTENT, "", "", ""}}};
  EXPECT_EQ(*read, expected);
}

TEST(Descriptor, may_be_empty_but_for_name_and_version) {
  SamplePlugin sample;
  sample.plugin.summary = sample.plugin.group = nullptr;
  sample.plugin.dependencies = sample.plugin.needs = sample.plugin.settings = sample.plugin.callbacks = {};
  sample.plugin.hooks = nullptr;
  sample.plugin.sdk_build_id = nullptr;
  EXPECT_EQ(refusal(sample), "accepted");
}

TEST(Descriptor, of_another_abi_is_refused_with_both_numbers) {
  SamplePlugin sample;
  sample.plugin.abi = 2;
  sample.plugin.name = nullptr;  // what another ABI has there is not looked at
  EXPECT_EQ(refusal(sample), "INVALID_ARGUMENT: abi: 2, and this host speaks 1; build it with the SDK of this host");
}

TEST(Descriptor, shorter_than_known_is_refused) {
  SamplePlugin sample;
  sample.plugin.struct_size = sizeof(lodge_plugin) - 8;
  EXPECT_THAT(refusal(sample), HasSubstr("descriptor: struct size 128, at least 136"));
  sample.plugin.struct_size = 0;
  EXPECT_THAT(refusal(sample), HasSubstr("descriptor: struct size 0"));
}

TEST(Descriptor, of_absurd_size_is_refused_without_reading_so_far) {
  SamplePlugin sample;
  sample.plugin.struct_size = std::numeric_limits<std::size_t>::max();
  EXPECT_THAT(refusal(sample), HasSubstr("out of all proportion"));
}

struct LongerPlugin {
  lodge_plugin known;
  std::uint64_t unknown;
};

TEST(Descriptor, longer_than_known_is_read_if_the_tail_is_zero) {
  const SamplePlugin sample;
  LongerPlugin longer{sample.plugin, 0};
  longer.known.struct_size = sizeof longer;
  EXPECT_TRUE(read_descriptor(longer.known));
  longer.unknown = 1;
  const Result<Descriptor> read = read_descriptor(longer.known);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("descriptor: uses fields that this host does not know"));
}

TEST(Descriptor, list_items_longer_than_known_are_read_if_their_tails_are_zero) {
  struct LongerCallback {
    lodge_callback known;
    std::uint64_t unknown;
  };
  SamplePlugin sample;
  std::array<LongerCallback, 2> longer = {{{sample.callbacks[0], 0}, {sample.callbacks[1], 0}}};
  sample.plugin.callbacks = {longer.data(), 2, sizeof(LongerCallback)};
  EXPECT_EQ(read_descriptor(sample.plugin)->callbacks[1].arity, 1);
  longer[1].unknown = 7;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks[1]: uses fields"));
}

TEST(Descriptor, list_items_shorter_than_known_or_crooked_are_refused) {
  SamplePlugin sample;
  sample.plugin.callbacks.item_size = 8;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks[0]: struct size 8"));
  sample.plugin.callbacks.item_size = sizeof(lodge_callback) + 3;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks: item size 51, and an item has at least 48 bytes; set item_size"));
}

TEST(Descriptor, texts_that_change_how_a_line_is_shown_are_refused) {
  for (const char* text : {"two\nlines", "\xc2\x9b", "harmless \xe2\x80\xaesselmrah", "\xe2\x81\xa6", "\xe2\x80\xa8"}) {
    SamplePlugin sample;
    sample.callbacks[0].doc = text;
    EXPECT_THAT(refusal(sample), HasSubstr("callbacks[0] doc: more than one line, or a character in it that controls"));
  }
}

TEST(Descriptor, hooks_follow_the_same_rule) {
  SamplePlugin sample;
  sample.hooks.struct_size = 16;
  EXPECT_THAT(refusal(sample), HasSubstr("hooks: struct size 16"));
  struct {
    lodge_hooks known;
    std::uint64_t unknown;
  } longer{sample.hooks, 3};
  longer.known.struct_size = sizeof longer;
  sample.plugin.hooks = &longer.known;
  EXPECT_THAT(refusal(sample), HasSubstr("hooks: uses fields"));
}

TEST(Descriptor, null_where_something_must_be_is_refused) {
  SamplePlugin sample;
  sample.plugin.name = nullptr;
  EXPECT_THAT(refusal(sample), HasSubstr("name: NULL"));
  sample.plugin.name = "greeter";
  sample.plugin.callbacks.items = nullptr;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks: NULL"));
  sample.plugin.callbacks.items = sample.callbacks.data();
  sample.callbacks[1].fn = nullptr;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks[1]: greet/1 has no function"));
}

TEST(Descriptor, counts_beyond_the_limit_are_refused_before_they_are_followed) {
  SamplePlugin sample;
  sample.plugin.callbacks.count = 1025;
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks: 1025 of them, at most 1024"));
  sample.plugin.callbacks.count = 2;
  sample.plugin.needs.count = UINT32_MAX;
  EXPECT_THAT(refusal(sample), HasSubstr("needs: 4294967295 of them"));
}

TEST(Descriptor, names_outside_their_pattern_are_refused) {
  const std::string too_long(65, 'a');
  for (const char* name : {"", "Greeter", "9lives", "a b", "a/b", "_a", "../a", too_long.c_str()}) {
    SamplePlugin sample;
    sample.plugin.name = name;
    EXPECT_THAT(refusal(sample), HasSubstr("INVALID_ARGUMENT: name:")) << name;
  }
  for (const char* name : {"", "greet-me", "Greet", "0"}) {
    SamplePlugin sample;
    sample.callbacks[0].name = name;
    EXPECT_THAT(refusal(sample), HasSubstr("callbacks[0] name:")) << name;
  }
}

TEST(Descriptor, bad_versions_and_ranges_are_refused) {
  SamplePlugin sample;
  sample.plugin.version = "1.4";
  EXPECT_THAT(refusal(sample), HasSubstr("version: \"1.4\" is not a version"));
  sample.plugin.version = "1.4.0";
  sample.dependencies[0].version = "newest";
  EXPECT_THAT(refusal(sample), HasSubstr("dependencies[0] version: \"newest\" is not a range"));
}

TEST(Descriptor, duplicates_are_refused) {
  SamplePlugin callbacks;
  callbacks.callbacks[0].arity = 1;
  callbacks.callbacks[0].params = nullptr;
  EXPECT_THAT(refusal(callbacks), HasSubstr("callbacks[1]: greet/1 is declared twice"));
  SamplePlugin settings;
  settings.settings[1].name = "salutation";
  EXPECT_THAT(refusal(settings), HasSubstr("settings[1]: `salutation` is declared twice"));
  SamplePlugin dependencies;
  dependencies.dependencies[1].name = "tokenizer";
  EXPECT_THAT(refusal(dependencies), HasSubstr("dependencies[1]: `tokenizer` is declared twice"));
}

TEST(Descriptor, a_dependency_on_itself_is_refused) {
  SamplePlugin sample;
  sample.dependencies[0].name = "greeter";
  EXPECT_THAT(refusal(sample), HasSubstr("depends on itself"));
}

TEST(Descriptor, unknown_flags_and_types_are_refused) {
  SamplePlugin callback;
  callback.callbacks[0].flags = 16;
  EXPECT_THAT(refusal(callback), HasSubstr("callbacks[0]: unknown flags 0x10"));
  SamplePlugin dependency;
  dependency.dependencies[0].reserved = 1;
  EXPECT_THAT(refusal(dependency), HasSubstr("dependencies[0]: unknown flags"));
  SamplePlugin setting;
  setting.settings[0].type = 8;
  EXPECT_THAT(refusal(setting), HasSubstr("there is no type 8"));
  SamplePlugin plugin;
  plugin.plugin.flags = 1;
  EXPECT_THAT(refusal(plugin), HasSubstr("flags: unknown flags 0x1"));
}

TEST(Descriptor, arity_has_a_limit) {
  SamplePlugin sample;
  sample.callbacks[1].arity = 33;
  EXPECT_THAT(refusal(sample), HasSubstr("arity 33, at most 32"));
}

TEST(Descriptor, parameters_must_match_the_arity_and_name_known_types) {
  SamplePlugin sample;
  sample.callbacks[0].params = "who: str";
  EXPECT_THAT(refusal(sample), HasSubstr("should be 2 times"));
  sample.callbacks[0].params = "who: str, times: int, why: any";
  EXPECT_THAT(refusal(sample), HasSubstr("more parameters than the arity"));
  sample.callbacks[0].params = "who: text, times: int";
  EXPECT_THAT(refusal(sample), HasSubstr("\"text\" is none of the types"));
  sample.callbacks[0].params = "who: str, times: int";
  sample.callbacks[0].result = "void";
  EXPECT_THAT(refusal(sample), HasSubstr("callbacks[0] result: \"void\""));
}

TEST(Descriptor, a_default_must_be_one_value_of_the_settings_type) {
  SamplePlugin sample;
  const std::array<std::uint8_t, 2> bytes = {0x01, 0xff};
  sample.settings[0].default_value = {bytes.data(), 1};
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] default_value: of type int, and the setting's type is str"));
  sample.settings[0].default_value = {bytes.data(), 2};
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] default_value: not one msgpack value"));
  sample.settings[0].default_value = {nullptr, 3};
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] default_value: NULL with a size"));
}

TEST(Descriptor, constraints_must_make_sense_and_the_default_keep_them) {
  SamplePlugin sample;
  const Bytes short_text = wire::Value::map({{"size_max", 5}}).pack();
  sample.settings[0].constraints = slice_of(short_text);
  EXPECT_EQ(read_descriptor(sample.plugin)->settings[0].constraints, short_text);
  const Bytes shorter = wire::Value::map({{"size_max", 4}}).pack();
  sample.settings[0].constraints = slice_of(shorter);
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] default_value: the setting's constraints want at most 4 bytes"));
  const Bytes unknown = wire::Value::map({{"most", 4}}).pack();
  sample.settings[0].constraints = slice_of(unknown);
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] constraints: there is no constraint `most`"));
  sample.settings[0].constraints = {nullptr, 3};
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] constraints: NULL with a size"));
  sample.settings[0].constraints = {short_text.data(), 5'000};
  EXPECT_THAT(refusal(sample), HasSubstr("settings[0] constraints: longer than 4096 bytes"));
}

TEST(Descriptor, the_default_of_a_required_setting_is_ignored) {
  SamplePlugin sample;
  const std::uint8_t garbage = 0xc1;
  sample.settings[1].default_value = {&garbage, 1};
  const Result<Descriptor> read = read_descriptor(sample.plugin);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->settings[1].default_value.empty());
}

TEST(Descriptor, texts_are_single_lines_of_utf8_with_an_end) {
  SamplePlugin sample;
  sample.plugin.summary = "two\nlines";
  EXPECT_THAT(refusal(sample), HasSubstr("summary: more than one line"));
  sample.plugin.summary = "\xff";
  EXPECT_THAT(refusal(sample), HasSubstr("summary: not UTF-8"));
  const std::string endless(100'000, 'x');
  sample.plugin.summary = endless.c_str();
  EXPECT_THAT(refusal(sample), HasSubstr("summary: longer than 1024 bytes"));
}

TEST(Descriptor, needs_are_interface_ids) {
  SamplePlugin sample;
  sample.needs[0] = "store";
  EXPECT_THAT(refusal(sample), AllOf(HasSubstr("needs[0]"), HasSubstr("not an interface id like lodge.store/1")));
}

}  // namespace
}  // namespace lodge::plugin
