#include "plugin/elf_check.hpp"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/file_image.hpp"
#include "plugin/plugin_folder.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

Bytes content(const std::string& path) {
  Result<FileImage> image = read_file_image(path);
  EXPECT_TRUE(image) << path;
  return image ? std::move(image->content) : Bytes{};
}

std::string refusal(ByteView bytes) {
  const Result<ElfFacts> facts = check_elf(bytes);
  return facts ? "accepted" : facts.error().text();
}

TEST(ElfCheck, accepts_a_plugin_and_lists_its_libraries) {
  const Result<ElfFacts> facts = check_elf(content(built("good")));
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_THAT(facts->needed, Contains("libc.so.6"));
}

TEST(ElfCheck, refuses_what_is_no_elf_file) {
  EXPECT_THAT(refusal(content(built("not_elf"))), HasSubstr("not a shared object"));
  EXPECT_THAT(refusal({}), HasSubstr("not a shared object"));
}

TEST(ElfCheck, refuses_a_program) {
  EXPECT_THAT(refusal(content("/proc/self/exe")), HasSubstr("not a shared object; link it with -shared"));
}

TEST(ElfCheck, refuses_another_machine_by_name) {
  Bytes bytes = content(built("good"));
  const std::uint8_t other = bytes[offsetof(Elf64_Ehdr, e_machine)] == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
  bytes[offsetof(Elf64_Ehdr, e_machine)] = other;
  EXPECT_THAT(refusal(bytes), AllOf(HasSubstr("built for "), HasSubstr("this host runs on")));
}

TEST(ElfCheck, refuses_more_exports_than_the_entry_with_the_cure) {
  EXPECT_THAT(refusal(content(built("extra_export"))),
              AllOf(HasSubstr("exports more than lodge_plugin_v1"), HasSubstr("one_too_many"),
                    HasSubstr("two_too_many"), HasSubstr("version script"), HasSubstr("-fvisibility=hidden")));
}

TEST(ElfCheck, refuses_a_shared_object_without_the_entry) {
  EXPECT_THAT(refusal(content(built("no_entry"))), HasSubstr("not a plugin: it does not export"));
}

TEST(ElfCheck, refuses_a_run_path_beside_the_file) {
  EXPECT_THAT(refusal(content(built("origin"))), AllOf(HasSubstr("$ORIGIN/lib"), HasSubstr("private copy")));
}

TEST(ElfCheck, survives_a_file_cut_off_anywhere) {
  const Bytes whole = content(built("good"));
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    EXPECT_FALSE(check_elf(ByteView(whole).first(size))) << size;
  }
}

}  // namespace
}  // namespace lodge::plugin
