#include "state/environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <lodge/descriptor.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <random>
#include <system_error>
#include <utility>

#include "platform/unique_fd.hpp"
#include "state/page_check.hpp"

namespace lodge::state {

namespace {

constexpr unsigned tables_max = 32;
constexpr std::uint64_t bytes_least = std::uint64_t{64} << 20;  // with less address space there is no use in going on
const std::string meta_name = "lodge.meta";
constexpr Table meta_table{0};

/// A new file is there after a power failure only once its directory has been written.
void sync_directory(const std::filesystem::path& directory) {
  const platform::UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) (void)::fsync(fd.get());
}

Status make_directory(const Place& place) {
  if (::mkdir(place.directory.c_str(), 0700) == 0) {
    sync_directory(place.directory.parent_path());
    return {};
  }
  if (errno == EEXIST) return {};
  return lmdb_error(place, "be made", errno);
}

std::string random_node() {
  std::random_device device;
  std::string node;
  for (int i = 0; i < 4; ++i) node += fmt::format("{:08x}", device());
  return node;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void Environment::Close::operator()(MDB_env* env) const { mdb_env_close(env); }

Environment::Environment(const EnvironmentOptions& options, platform::FileLock lock)
    : place_{options.directory, options.bytes_max}, lock_(std::move(lock)), process_(::getpid()) {}

Environment::~Environment() {
  // In a forked child it is the parent's: closing it there would take the parent's reader slots away.
  if (::getpid() != process_) (void)env_.release();
}

Result<std::unique_ptr<Environment>> Environment::open(const EnvironmentOptions& options) {
  const Place place{options.directory, options.bytes_max};
  if (Status made = make_directory(place); !made) return made.error();
  Result<platform::FileLock> lock = platform::FileLock::take(options.directory / "state.lock");
  if (!lock && lock.error().code == Code::ALREADY_EXISTS) return std::move(lock).error();
  if (!lock) return not_writable(place, lock.error().message);
  if (Status checked = check_pages(place); !checked) return checked.error();
  std::unique_ptr<Environment> environment(new Environment(options, *std::move(lock)));
  if (Status opened = environment->open_map(); !opened) return opened.error();
  if (Status checked = environment->check_meta(); !checked) return checked.error();
  return environment;
}

Status Environment::open_map() {
  struct stat before {};
  const bool made = ::stat(place_.data_file().c_str(), &before) != 0;
  int number = 0;
  // Where address space is limited, it makes do with less.
  for (std::uint64_t bytes = place_.bytes_max;; bytes /= 2) {
    MDB_env* env = nullptr;
    number = mdb_env_create(&env);
    if (number != 0) return lmdb_error(place_, "be opened", number);
    env_.reset(env);
    (void)mdb_env_set_maxdbs(env, tables_max);
    number = mdb_env_set_mapsize(env, bytes);
    if (number == 0) number = mdb_env_open(env, place_.directory.c_str(), MDB_NOTLS, 0600);
    place_.bytes_max = bytes;
    if (number != ENOMEM || bytes / 2 < bytes_least) break;
  }
  if (number != 0) {
    env_.reset();
    return lmdb_error(place_, "be opened", number);
  }
  // LMDB sees to its other descriptors, but not to this one.
  int data_fd = -1;
  (void)mdb_env_get_fd(env_.get(), &data_fd);
  (void)::fcntl(data_fd, F_SETFD, FD_CLOEXEC);
  // Slots that readers of a killed host have left behind would keep pages from being used again.
  (void)mdb_reader_check(env_.get(), nullptr);
  if (made) sync_directory(place_.directory);
  return {};
}

Result<unsigned> Environment::open_handle(const std::string& name, bool make) {
  MDB_txn* txn = nullptr;
  int number = mdb_txn_begin(env_.get(), nullptr, make ? 0 : MDB_RDONLY, &txn);
  if (number != 0) return lmdb_error(place_, make ? "be written" : "be read", number);
  unsigned handle = 0;
  number = mdb_dbi_open(txn, name.c_str(), make ? MDB_CREATE : 0, &handle);
  if (number == 0) {
    number = mdb_txn_commit(txn);
  } else {
    mdb_txn_abort(txn);
  }
  if (number == 0) return handle;
  if (number == MDB_NOTFOUND) return Error{Code::NOT_FOUND, "there is no table " + name};
  return lmdb_error(place_, make ? "be written" : "be read", number);
}

Result<Table> Environment::open_table(const std::string& name) {
  Result<unsigned> handle = open_handle(name, false);
  if (!handle && handle.error().code == Code::NOT_FOUND) handle = open_handle(name, true);
  if (!handle) return std::move(handle).error();
  tables_.push_back({name, *handle});
  return Table{tables_.size() - 1};
}

Status Environment::check_meta() {
  const Result<unsigned> handle = open_handle(meta_name, false);
  if (!handle) return is_new() ? begin_meta() : not_ours(handle.error());
  tables_.push_back({meta_name, *handle});
  const Result<Transaction> meta = read();
  if (!meta) return meta.error();
  std::map<std::string_view, std::string> texts;
  for (const std::string_view key : {"format", "software", "node"}) {
    const Result<std::optional<ByteView>> found = meta->get(meta_table, view_of(key));
    if (!found) return found.error();
    if (!*found) return damaged(place_, "its table lodge.meta is not complete");
    texts[key] = text_of(**found);
  }
  const std::optional<std::uint32_t> there = number_of(texts["format"]);
  if (!there) return damaged(place_, "the format in it is no number");
  if (*there > format) {
    return Error{Code::FAILED_PRECONDITION,
                 fmt::format("{} has format {}, written by Lodge {}; this is Lodge {}, which knows formats up to {}. "
                             "Nothing in it was changed; run the newer Lodge",
                             place_.data_file().string(), *there, texts["software"], LODGE_SDK_VERSION, format)};
  }
  node_ = texts["node"];
  return {};
}

bool Environment::is_new() const {
  MDB_stat tables{};
  MDB_envinfo info{};
  return mdb_env_stat(env_.get(), &tables) == 0 && mdb_env_info(env_.get(), &info) == 0 && tables.ms_entries == 0 &&
         info.me_last_txnid == 0;
}

Error Environment::not_ours(const Error& meta) const {
  if (meta.code != Code::NOT_FOUND && meta.code != Code::DATA_LOSS) return meta;
  return {Code::DATA_LOSS, place_.data_file().string() +
                               " is an LMDB file, but not one of Lodge's. Nothing in it was changed; move it away, or "
                               "set host.data_dir to another place"};
}

// In one transaction: a host that is killed meanwhile leaves a file that is still to be begun.
Status Environment::begin_meta() {
  Result<WriteTransaction> meta = write();
  if (!meta) return std::move(meta).error();
  unsigned handle = 0;
  if (const int number = mdb_dbi_open(meta->txn_, meta_name.c_str(), MDB_CREATE, &handle); number != 0) {
    return lmdb_error(place_, "be written", number);
  }
  tables_.push_back({meta_name, handle});
  node_ = random_node();
  meta->put(meta_table, view_of("format"), view_of(std::to_string(format)));
  meta->put(meta_table, view_of("software"), view_of(LODGE_SDK_VERSION));
  meta->put(meta_table, view_of("node"), view_of(node_));
  return meta->commit();
}

Result<MDB_txn*> Environment::begin(unsigned flags) {
  if (::getpid() != process_) {
    return Error{Code::FAILED_PRECONDITION,
                 place_.data_file().string() + " belongs to the process that forked this one"};
  }
  if (closed_) return *closed_;
  MDB_txn* txn = nullptr;
  const int number = mdb_txn_begin(env_.get(), nullptr, flags, &txn);
  if (number != 0) return lmdb_error(place_, flags == MDB_RDONLY ? "be read" : "be written", number);
  open_transactions_.fetch_add(1);
  return txn;
}

Result<Transaction> Environment::read() {
  const Result<MDB_txn*> txn = begin(MDB_RDONLY);
  if (!txn) return txn.error();
  return Transaction(*this, *txn);
}

Result<WriteTransaction> Environment::write() {
  const Result<MDB_txn*> txn = begin(0);
  if (!txn) return txn.error();
  return WriteTransaction(*this, *txn);
}

bool Environment::needs_reopening() {
  if (closed_) return false;
  const Result<WriteTransaction> probe = write();
  return !probe && probe.error().code == Code::UNAVAILABLE;
}

Result<std::uint64_t> Environment::reopen() {
  if (closed_) return *closed_;
  if (open_transactions_.load() != 0) {
    return Error{Code::FAILED_PRECONDITION, place_.data_file().string() + ": a transaction is open"};
  }
  const auto closed_by = [this](const Error& error) {
    closed_ = Error{Code::UNAVAILABLE, error.message + "; nothing is written until the host is restarted"};
    env_.reset();
    return *closed_;
  };
  env_.reset();
  if (Status opened = open_map(); !opened) return closed_by(opened.error());
  for (OpenTable& each : tables_) {
    const Result<unsigned> handle = open_handle(each.name, false);
    if (!handle) return closed_by(handle.error());
    each.handle = *handle;
  }
  if (const int number = mdb_env_sync(env_.get(), 1); number != 0) {
    return closed_by(lmdb_error(place_, "be written", number));
  }
  MDB_envinfo info{};
  (void)mdb_env_info(env_.get(), &info);
  return std::uint64_t{info.me_last_txnid};
}

}  // namespace lodge::state
