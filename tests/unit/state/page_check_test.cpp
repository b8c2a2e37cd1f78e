#include "state/page_check.hpp"

#include <gmock/gmock.h>

#include <random>

#include "state_directory.hpp"

namespace lodge::state {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PageCheck : public test::StateDirectory {
 protected:
  /// Tables several pages deep, with values of all sizes, and pages that are free again.
  void fill() const {
    const auto environment = open().value();
    const Table table = environment->open_table("many").value();
    const Table other = environment->open_table("other").value();
    for (int round = 0; round < 5; ++round) {
      Result<WriteTransaction> transaction = environment->write();
      for (int i = 0; i < 2000; ++i) {
        const std::string key = "key" + std::to_string(i * 7919 % 2000 + round * 10'000);
        const std::size_t size = i % 100 == 0 ? 3000U + static_cast<unsigned>(i) * 10 : 20;
        transaction->put(table, view_of(key), Bytes(size, 'x'));
        if (i % 3 == 0) transaction->remove(table, view_of("key" + std::to_string(i + (round - 1) * 10'000)));
      }
      transaction->put(other, view_of("a"), view_of("b"));
      ASSERT_TRUE(transaction->commit());
    }
  }
  [[nodiscard]] Status check() const { return check_pages({directory(), 0}); }
};

TEST_F(PageCheck, finds_nothing_in_whole_files) {
  EXPECT_TRUE(check()) << "there is none yet";
  { (void)open().value(); }
  EXPECT_TRUE(check());
  fill();
  const Status checked = check();
  EXPECT_TRUE(checked) << checked.error().text();
}

TEST_F(PageCheck, leaves_to_lmdb_what_is_none_of_its_files) {
  std::filesystem::create_directory(directory());
  overwrite("");
  EXPECT_TRUE(check());
  overwrite(std::string(50'000, 'p'));
  EXPECT_TRUE(check());
}

TEST_F(PageCheck, a_file_that_was_cut_short_is_refused_and_left_alone) {
  fill();
  const std::string whole = contents();
  for (const std::size_t part : {2U, 3U, 10U}) {
    const std::string cut = whole.substr(0, whole.size() / part);
    overwrite(cut);
    const auto refused = open();
    ASSERT_FALSE(refused) << part;
    EXPECT_EQ(refused.error().code, Code::DATA_LOSS);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr("lies outside of the file"),
                                               HasSubstr("restore it from a backup")));
    EXPECT_EQ(contents(), cut);
  }
}

// Whatever a page is overwritten with: it is refused, or all of it can be read.
TEST_F(PageCheck, a_file_with_any_page_overwritten_is_refused_or_can_be_read) {
  fill();
  const std::string whole = contents();
  std::mt19937 random(1);
  int refused = 0;
  for (std::size_t page = 2; page < whole.size() / 4096; page += 3) {
    std::string damaged = whole;
    if (page % 2 == 0) {
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\0');
    } else {
      for (int i = 0; i < 8; ++i) damaged[page * 4096 + random() % 64] = static_cast<char>(random());
    }
    overwrite(damaged);
    const auto environment = open();
    if (!environment) {
      EXPECT_EQ(environment.error().code, Code::DATA_LOSS) << environment.error().text();
      ++refused;
      continue;
    }
    (void)all(**environment, (*environment)->open_table("many").value());
  }
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace lodge::state
