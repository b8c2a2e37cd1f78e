// What a plugin's entry makes: constant data, and nothing on the heap.
#include <gtest/gtest.h>

#include <lodge/plugin.hpp>

#include <cstdlib>
#include <new>

#include "sdk/described.hpp"

namespace {

thread_local int allocations = 0;

struct Modest {
  lodge::Config<std::string> salutation;
  lodge::Config<std::optional<std::string>> place;
  lodge::Config<std::int64_t> times;
  lodge::Config<double> share;
  lodge::Config<bool> loud;
  lodge::Config<std::string> owner;
  lodge::Config<std::vector<int>> sizes;
  std::string greet(std::string_view who, int) { return salutation.get() + std::string(who); }
};

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

template <typename T>
T default_of(const lodge_plugin& plugin, std::size_t index) {
  const lodge_slice& packed = static_cast<const lodge_setting*>(plugin.settings.items)[index].default_value;
  return unpacked<T>(lodge::text_of(packed));
}

TEST(Entry, allocates_nothing) {
  const int before = allocations;
  const auto description = lodge::describe<Modest>(
      "modest", "1.0.0", lodge::summary("Greets"), lodge::needs(LODGE_STORE_V1), lodge::depends_on("other", "^1"),
      lodge::setting<&Modest::salutation>("salutation", "good morning to you all, whoever you may be", "said first"),
      lodge::setting<&Modest::place>("place", "wherever it is that you are reading this now"),
      lodge::setting<&Modest::times>("times", -1'000'000'000'000), lodge::setting<&Modest::share>("share", 0.1),
      lodge::setting<&Modest::loud>("loud", true), lodge::setting<&Modest::owner>("owner", lodge::required),
      lodge::callback<&Modest::greet>("greet", "Greets", lodge::params("somebody_with_a_long_name", "times"),
                                      lodge::quick));
  EXPECT_EQ(allocations, before);

  const lodge_plugin& plugin = *description.plugin();
  EXPECT_EQ(default_of<std::string>(plugin, 0), "good morning to you all, whoever you may be");
  EXPECT_EQ(default_of<std::string>(plugin, 1), "wherever it is that you are reading this now");
  EXPECT_EQ(default_of<std::int64_t>(plugin, 2), -1'000'000'000'000);
  EXPECT_EQ(default_of<double>(plugin, 3), 0.1);
  EXPECT_EQ(default_of<bool>(plugin, 4), true);
  EXPECT_STREQ(static_cast<const lodge_callback*>(plugin.callbacks.items)->params,
               "somebody_with_a_long_name: str, times: int");
}

TEST(Entry, takes_defaults_of_any_size) {
  const auto description =
      lodge::describe<Modest>("modest", "1.0.0", lodge::setting<&Modest::sizes>("sizes", std::vector<int>(100, 7)),
                              lodge::setting<&Modest::owner>("owner", std::string(1000, 'x')));
  EXPECT_EQ(default_of<std::vector<int>>(*description.plugin(), 0), std::vector<int>(100, 7));
  EXPECT_EQ(default_of<std::string>(*description.plugin(), 1), std::string(1000, 'x'));
}

TEST(Entry, passes_names_on_that_are_too_long_so_that_hosts_refuse_them) {
  const std::string long_name(1000, 'n');
  const auto description = lodge::describe<Modest>(
      "modest", "1.0.0", lodge::callback<&Modest::greet>("greet", lodge::params(long_name.c_str(), "times")));
  EXPECT_EQ(static_cast<const lodge_callback*>(description.plugin()->callbacks.items)->params,
            std::string(65, 'n') + ": str, times: int");
}

}  // namespace
