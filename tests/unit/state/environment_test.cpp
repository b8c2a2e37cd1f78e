#include "state/environment.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "failing_disk.hpp"
#include "state_directory.hpp"

namespace lodge::state {
namespace {

using test::StateDirectory;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class Environment : public StateDirectory {};

/// Opens an environment as any user of LMDB would.
void with_bare_lmdb(const std::filesystem::path& directory, const std::function<void(MDB_txn*)>& change) {
  std::filesystem::create_directories(directory);
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, 4), 0);
  ASSERT_EQ(mdb_env_open(env, directory.c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  change(txn);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

void bare_put(MDB_txn* txn, const char* table, std::string key, std::string value) {
  unsigned handle = 0;
  ASSERT_EQ(mdb_dbi_open(txn, table, MDB_CREATE, &handle), 0);
  MDB_val at{key.size(), key.data()};
  MDB_val what{value.size(), value.data()};
  ASSERT_EQ(mdb_put(txn, handle, &at, &what, 0), 0);
}

TEST_F(Environment, keeps_what_was_committed) {
  {
    const auto environment = open().value();
    const Table table = environment->open_table("t").value();
    ASSERT_TRUE(put(*environment, table, "b", "2"));
    ASSERT_TRUE(put(*environment, table, "a", "1"));
  }
  const auto again = open().value();
  EXPECT_THAT(all(*again, again->open_table("t").value()), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_F(Environment, forgets_a_transaction_that_is_not_committed) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  { environment->write().value().put(table, view_of("a"), view_of("1")); }
  EXPECT_THAT(all(*environment, table), IsEmpty());
}

TEST_F(Environment, removes_keys_and_takes_missing_ones_for_removed) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  ASSERT_TRUE(put(*environment, table, "a", "1"));
  Result<WriteTransaction> transaction = environment->write();
  transaction->remove(table, view_of("missing"));
  EXPECT_TRUE(transaction->clean());
  transaction->remove(table, view_of("a"));
  EXPECT_FALSE(*transaction->get(table, view_of("a")));
  ASSERT_TRUE(transaction->commit());
  EXPECT_THAT(all(*environment, table), IsEmpty());
}

TEST_F(Environment, lets_one_thread_have_several_views_at_once) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  ASSERT_TRUE(put(*environment, table, "a", "1"));
  const Result<Transaction> before = environment->read();
  ASSERT_TRUE(put(*environment, table, "a", "2"));
  EXPECT_THAT(all(*environment, table), ElementsAre(Pair("a", "2")));
  EXPECT_EQ(text_of(**before->get(table, view_of("a"))), "1");
}

TEST_F(Environment, is_this_users_alone) {
  const auto environment = open().value();
  struct stat found {};
  ASSERT_EQ(::stat(directory().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(data_file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST_F(Environment, keeps_its_node_wherever_it_is_moved) {
  const std::string node = open().value()->node();
  EXPECT_THAT(node, SizeIs(32));
  const auto moved = root() / "moved";
  std::filesystem::rename(directory(), moved);
  EXPECT_EQ(lodge::state::Environment::open({moved}).value()->node(), node);
  EXPECT_NE(open().value()->node(), node);
}

TEST_F(Environment, is_held_by_one) {
  const auto first = open().value();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::ALREADY_EXISTS);
  EXPECT_THAT(second.error().message,
              AllOf(HasSubstr((directory() / "state.lock").string()), HasSubstr(std::to_string(getpid()))));
}

TEST_F(Environment, answers_a_limit_that_is_reached_and_goes_on) {
  const auto environment = open(std::uint64_t{1} << 20).value();
  const Table table = environment->open_table("t").value();
  ASSERT_TRUE(put(*environment, table, "a", "1"));
  const Status refused = put(*environment, table, "big", std::string(std::size_t{2} << 20, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr("limit of 1048576 bytes"),
                                             HasSubstr("limits.state_bytes_max")));
  EXPECT_FALSE(environment->needs_reopening());
  EXPECT_TRUE(put(*environment, table, "b", "2"));
  EXPECT_THAT(all(*environment, table), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_F(Environment, grows_to_what_is_there_where_the_limit_was_lowered) {
  {
    const auto environment = open().value();
    ASSERT_TRUE(put(*environment, environment->open_table("t").value(), "big", std::string(4u << 20, 'x')));
  }
  const auto again = open(std::uint64_t{1} << 20).value();
  EXPECT_THAT(all(*again, again->open_table("t").value()), SizeIs(1));
}

TEST_F(Environment, answers_a_disk_that_fails_and_goes_on) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  ASSERT_TRUE(put(*environment, table, "a", "1"));
  {
    const test::FailingWrites failing;
    const Status refused = put(*environment, table, "a", "2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::RESOURCE_EXHAUSTED);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr("bytes are free there")));
  }
  {
    const test::FailingSyncs failing;
    EXPECT_FALSE(put(*environment, table, "a", "3"));
  }
  EXPECT_FALSE(environment->needs_reopening());
  EXPECT_THAT(all(*environment, table), ElementsAre(Pair("a", "1")));
  EXPECT_TRUE(put(*environment, table, "a", "4"));
}

TEST_F(Environment, is_opened_again_after_a_meta_page_could_not_be_written) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  ASSERT_TRUE(put(*environment, table, "a", "1"));
  std::uint64_t id = 0;
  {
    const test::FailingMetaPages failing;
    Result<WriteTransaction> transaction = environment->write();
    id = transaction->id();
    transaction->put(table, view_of("a"), view_of("2"));
    EXPECT_FALSE(transaction->commit());
  }
  ASSERT_TRUE(environment->needs_reopening());
  EXPECT_EQ(put(*environment, table, "a", "3").error().code, Code::UNAVAILABLE);
  const auto newest = environment->reopen();
  ASSERT_TRUE(newest) << newest.error().text();
  EXPECT_EQ(*newest, id - 1) << "the transaction that failed is not in it";
  EXPECT_THAT(all(*environment, table), ElementsAre(Pair("a", "1")));
  EXPECT_TRUE(put(*environment, table, "a", "4"));
}

TEST_F(Environment, stays_closed_where_it_cannot_be_opened_again) {
  const auto environment = open().value();
  const Table table = environment->open_table("t").value();
  std::filesystem::remove(data_file());
  std::filesystem::create_directory(data_file());
  const auto newest = environment->reopen();
  ASSERT_FALSE(newest);
  EXPECT_EQ(newest.error().code, Code::UNAVAILABLE);
  EXPECT_THAT(newest.error().message, HasSubstr("nothing is written until the host is restarted"));
  EXPECT_EQ(put(*environment, table, "a", "1").error().message, newest.error().message);
  EXPECT_FALSE(environment->needs_reopening());
}

TEST_F(Environment, is_not_opened_again_under_a_transaction) {
  const auto environment = open().value();
  {
    const Result<Transaction> reading = environment->read();
    EXPECT_EQ(environment->reopen().error().code, Code::FAILED_PRECONDITION);
  }
  EXPECT_TRUE(environment->reopen());
}

TEST_F(Environment, is_refused_in_a_forked_child_and_the_parent_goes_on) {
  auto environment = open().value();
  const Table table = environment->open_table("t").value();
  const pid_t child = fork();
  if (child == 0) {
    const bool refused = environment->read().error().code == Code::FAILED_PRECONDITION &&
                         environment->write().error().code == Code::FAILED_PRECONDITION;
    environment.reset();
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(put(*environment, table, "a", "1"));
  EXPECT_FALSE(open()) << "and still holds its lock";
}

TEST_F(Environment, leaves_no_descriptor_to_programs_that_are_started) {
  const auto environment = open().value();
  int seen = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(each.path(), error);
    if (error || target.parent_path() != directory()) continue;
    ++seen;
    EXPECT_NE(::fcntl(std::stoi(each.path().filename()), F_GETFD) & FD_CLOEXEC, 0) << target;
  }
  EXPECT_GE(seen, 3);
}

// --- what is refused, and left as it was ---

TEST_F(Environment, refuses_a_file_that_is_none_of_lmdb) {
  std::filesystem::create_directory(directory());
  const std::string precious(20'000, 'p');
  overwrite(precious);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::DATA_LOSS);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr(data_file().string()), HasSubstr("move " + directory().string())));
  EXPECT_EQ(contents(), precious);
}

TEST_F(Environment, refuses_another_programs_lmdb) {
  with_bare_lmdb(directory(), [](MDB_txn* txn) { bare_put(txn, "theirs", "key", "value"); });
  const std::string before = contents();
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::DATA_LOSS);
  EXPECT_THAT(refused.error().message, HasSubstr("not one of Lodge's"));
  EXPECT_EQ(contents(), before);
}

TEST_F(Environment, refuses_a_newer_format_and_names_who_wrote_it) {
  { (void)open().value(); }
  with_bare_lmdb(directory(), [](MDB_txn* txn) {
    bare_put(txn, "lodge.meta", "format", "2");
    bare_put(txn, "lodge.meta", "software", "7.3.1");
  });
  const std::string before = contents();
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::FAILED_PRECONDITION);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr("format 2"),
                                             HasSubstr("Lodge 7.3.1"), HasSubstr("run the newer Lodge")));
  EXPECT_EQ(contents(), before);
}

TEST_F(Environment, refuses_meta_that_is_not_whole) {
  with_bare_lmdb(directory(), [](MDB_txn* txn) { bare_put(txn, "lodge.meta", "format", "1"); });
  EXPECT_EQ(open().error().code, Code::DATA_LOSS);
}

TEST_F(Environment, begins_anew_after_a_disk_that_failed_at_once) {
  {
    const test::FailingWrites failing(1);
    EXPECT_FALSE(open());
  }
  const auto environment = open();
  ASSERT_TRUE(environment) << environment.error().text();
  EXPECT_THAT((*environment)->node(), SizeIs(32));
}

TEST_F(Environment, says_where_a_directory_cannot_be_made) {
  const auto refused = lodge::state::Environment::open({root() / "no" / "where"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr((root() / "no" / "where").string()));
}

TEST_F(Environment, says_what_this_user_may_not_write) {
  { (void)open().value(); }
  ASSERT_EQ(::chmod(root().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(directory().c_str(), 0555), 0);
  ASSERT_EQ(::chmod(data_file().c_str(), 0444), 0);
  // Root may write everything: it plays somebody else.
  const bool root_user = geteuid() == 0;
  if (root_user) {
    ASSERT_EQ(::chmod((directory() / "state.lock").c_str(), 0666), 0);
    ASSERT_EQ(::chmod((directory() / "lock.mdb").c_str(), 0666), 0);
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string before = contents();
  const auto refused = open();
  if (root_user) {
    ASSERT_EQ(seteuid(0), 0);
  }
  ASSERT_EQ(::chmod(directory().c_str(), 0755), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::PERMISSION_DENIED);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr(directory().string())));
  EXPECT_EQ(contents(), before);
}

}  // namespace
}  // namespace lodge::state
