#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plugin/descriptor.hpp"
#include "plugin/descriptor_check.hpp"
#include "plugin/sample_plugin.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {
namespace {

using testing::HasSubstr;

Descriptor sample() { return *read_descriptor(SamplePlugin{}.plugin); }

std::string refusal(ByteView bytes) {
  const Result<Descriptor> decoded = decode_descriptor(bytes);
  return decoded ? "accepted" : decoded.error().text();
}

TEST(DescriptorCodec, gives_back_what_was_encoded) {
  const Result<Descriptor> decoded = decode_descriptor(encode_descriptor(sample()));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, sample());
}

TEST(DescriptorCodec, carries_the_largest_descriptor_there_can_be) {
  using Limits = DescriptorLimits;
  const std::string line(Limits::line_bytes_max, 'x');
  const auto name = [](char first, std::size_t i) {
    std::string out = first + std::to_string(i);
    return out + std::string(Limits::name_bytes_max - out.size(), 'x');
  };
  Descriptor large = sample();
  large.dependencies.clear();
  for (std::size_t i = 0; i < Limits::dependencies_max; ++i) large.dependencies.push_back({name('d', i), "^1", true});
  large.needs.clear();
  for (std::size_t i = 0; i < Limits::needs_max; ++i) large.needs.push_back(name('n', i) + "/1");
  Bytes default_value(Limits::default_bytes_max, 'x');
  default_value[0] = 0xda;  // a text of what is left behind its two bytes of size
  default_value[1] = static_cast<std::uint8_t>((Limits::default_bytes_max - 3) >> 8);
  default_value[2] = static_cast<std::uint8_t>(Limits::default_bytes_max - 3);
  const Bytes constraints = wire::Value::map({{"size_max", Limits::default_bytes_max}}).pack();
  large.settings.clear();
  for (std::size_t i = 0; i < Limits::settings_max; ++i) {
    large.settings.push_back({name('s', i), LODGE_TYPE_STRING, 0, default_value, line, constraints});
  }
  large.callbacks.clear();
  for (std::size_t i = 0; i < Limits::callbacks_max; ++i) large.callbacks.push_back({name('c', i), 0, 0, "", "", line});
  ASSERT_TRUE(check_descriptor(large).ok());
  EXPECT_EQ(refusal(encode_descriptor(large)), "accepted");
}

TEST(DescriptorCodec, carries_constraints) {
  Descriptor constrained = sample();
  constrained.settings[0].constraints = wire::Value::map({{"size_min", 1}}).pack();
  const Result<Descriptor> decoded = decode_descriptor(encode_descriptor(constrained));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, constrained);
}

TEST(DescriptorCodec, checks_again_what_a_child_says) {
  Descriptor bad = sample();
  bad.callbacks[0].arity = 40;
  EXPECT_THAT(refusal(encode_descriptor(bad)), HasSubstr("INVALID_ARGUMENT: callbacks[0]: arity 40"));
  bad = sample();
  bad.name = "../../etc";
  EXPECT_THAT(refusal(encode_descriptor(bad)), HasSubstr("name:"));
}

TEST(DescriptorCodec, refuses_anything_cut_off) {
  const Bytes whole = encode_descriptor(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_descriptor(ByteView(whole).first(size))) << size;
  }
}

TEST(DescriptorCodec, refuses_what_is_left_over) {
  Bytes bytes = encode_descriptor(sample());
  bytes.push_back(0xc0);
  EXPECT_THAT(refusal(bytes), HasSubstr("INVALID_ARGUMENT"));
}

TEST(DescriptorCodec, refuses_another_form_of_the_same) {
  Bytes bytes = encode_descriptor(sample());
  ASSERT_EQ(bytes[1], 3);
  bytes[1] = 0xcc;  // the format number, in two bytes
  bytes.insert(bytes.begin() + 2, 3);
  EXPECT_THAT(refusal(bytes), HasSubstr("one form"));
}

RC_GTEST_PROP(DescriptorCodecProperty, one_spoiled_byte_is_refused_or_means_what_it_says, ()) {
  Bytes bytes = encode_descriptor(sample());
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<std::uint8_t>();
  const Result<Descriptor> decoded = decode_descriptor(bytes);
  if (decoded) RC_ASSERT(encode_descriptor(*decoded) == bytes);
}

}  // namespace
}  // namespace lodge::plugin
