#include "control/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "control/exit_code.hpp"

namespace lodge::control {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using wire::Value;

/// A directory of its own for each test, gone with it.
class ConfigFile : public ::testing::Test {
 protected:
  ConfigFile() {
    std::string pattern = (fs::temp_directory_path() / "lodge-config-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~ConfigFile() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] Environment environment() const {
    Environment environment;
    environment.hostname = "Alpha_1.example.org";
    environment.home = "/home/ada";
    environment.current_dir = directory_;
    environment.install_plugin_dir = "/opt/lodge/plugins";
    return environment;
  }

  /// As `lodged --config lodged.toml --set ...` in the directory.
  [[nodiscard]] Result<HostConfig> read(std::vector<std::string> overrides = {}) const {
    return read_config({"lodged.toml", std::move(overrides), environment()});
  }

  [[nodiscard]] HostConfig good(const std::string& text, std::vector<std::string> overrides = {}) {
    write("lodged.toml", text);
    auto config = read(std::move(overrides));
    EXPECT_TRUE(config.ok()) << config.error().text();
    return config.ok() ? *config : HostConfig{};
  }

  [[nodiscard]] std::string wrong(const std::string& text, std::vector<std::string> overrides = {}) {
    write("lodged.toml", text);
    const auto config = read(std::move(overrides));
    EXPECT_FALSE(config.ok());
    return config.ok() ? "" : config.error().message;
  }

  fs::path directory_;
};

// --- defaults ---

TEST_F(ConfigFile, empty_file_gives_the_defaults) {
  const HostConfig config = good("");
  EXPECT_EQ(config.host.name, "alpha-1");
  EXPECT_EQ(config.host.data_dir, "/home/ada/.local/state/lodge");
  EXPECT_EQ(config.host.socket, "/home/ada/.local/state/lodge/lodged.sock");
  EXPECT_THAT(config.host.plugin_dirs, ElementsAre("/opt/lodge/plugins"));
  EXPECT_EQ(config.limits, LimitsSection{});
  EXPECT_TRUE(config.services.empty());
}

TEST_F(ConfigFile, defaults_follow_the_environment) {
  Environment root = environment();
  root.root = true;
  const auto system = read_config({std::nullopt, {}, root});
  EXPECT_EQ(system->host.data_dir, "/var/lib/lodge");
  EXPECT_EQ(system->host.socket, "/run/lodge/lodged.sock");
  Environment user = environment();
  user.xdg_state_home = "/state";
  user.xdg_runtime_dir = "/run/user/7";
  const auto own = read_config({std::nullopt, {}, user});
  EXPECT_EQ(own->host.data_dir, "/state/lodge");
  EXPECT_EQ(own->host.socket, "/run/user/7/lodge/lodged.sock");
}

TEST_F(ConfigFile, a_plugins_directory_beside_the_file_is_the_default) {
  fs::create_directory(directory_ / "plugins");
  EXPECT_THAT(good("").host.plugin_dirs, ElementsAre(directory_ / "plugins"));
}

TEST_F(ConfigFile, a_machine_without_a_usable_name_is_called_node) {
  Environment odd = environment();
  odd.hostname = "__.example.org";
  EXPECT_EQ(read_config({std::nullopt, {}, odd})->host.name, "node");
}

TEST_F(ConfigFile, a_text_is_read_as_a_file_of_the_current_directory) {
  const auto config = read_config({std::nullopt, {}, environment(), "host.data_dir = 'state'"});
  EXPECT_EQ(config->host.data_dir, directory_ / "state");
  EXPECT_THAT(read_config({std::nullopt, {}, environment(), "host.data_dri = 'state'"}).error().message,
              StartsWith("lodged.toml:1:6: unknown key `data_dri`"));
}

// --- what is read ---

TEST_F(ConfigFile, reads_a_service_with_its_plugins_and_their_configuration) {
  const HostConfig config = good(R"(
[service.greeter]
plugins = ["greeter", { name = "ratelimit", per_second = 100 }]
global = true
version = "1.4.0"
class = "demo"
paused = true
store_bytes_max = 4096
[service.greeter.config]
greeter.salutation = "hello"
ratelimit.burst = 3
audit.since = "2024-05-01"
)");
  ASSERT_EQ(config.services.size(), 1U);
  const service::ServiceSpec& spec = config.services[0];
  EXPECT_EQ(spec.name, "greeter");
  EXPECT_THAT(spec.plugins, ElementsAre("greeter", "ratelimit"));
  EXPECT_TRUE(spec.global && spec.paused);
  EXPECT_EQ(spec.version, "1.4.0");
  EXPECT_EQ(spec.service_class, "demo");
  EXPECT_EQ(spec.store_bytes_max, 4096U);
  EXPECT_EQ(spec.origin, "lodged.toml:2");
  EXPECT_EQ(spec.config.at("greeter"), Value::map({{"salutation", "hello"}}));
  EXPECT_EQ(spec.config.at("ratelimit"), Value::map({{"per_second", 100}, {"burst", 3}}));
  EXPECT_EQ(spec.config.at("audit"), Value::map({{"since", "2024-05-01"}}));
}

TEST_F(ConfigFile, services_keep_the_order_in_which_they_are_written) {
  const HostConfig config = good("[service.b]\nplugins = [\"x\"]\n[service.a]\nplugins = [\"x\"]\n");
  ASSERT_EQ(config.services.size(), 2U);
  EXPECT_EQ(config.services[0].name, "b");
  EXPECT_EQ(config.services[1].name, "a");
}

TEST_F(ConfigFile, a_service_without_a_store_limit_has_the_hosts) {
  const HostConfig config = good("[service.a]\nplugins = [\"x\"]\n[limits]\nstore_bytes_max = 2048\n");
  EXPECT_EQ(config.services.at(0).store_bytes_max, 2048U);
}

TEST_F(ConfigFile, relative_paths_start_at_the_files_directory) {
  write("inner/lodged.toml", "[host]\ndata_dir = \"state\"\nplugin_dirs = [\"../a\", \"/b\"]\nsocket = \"./s\"\n");
  const auto config = read_config({"inner/lodged.toml", {}, environment()});
  ASSERT_TRUE(config.ok()) << config.error().text();
  EXPECT_EQ(config->host.data_dir, directory_ / "inner/state");
  EXPECT_THAT(config->host.plugin_dirs, ElementsAre(directory_ / "a", "/b"));
  EXPECT_EQ(config->host.socket, directory_ / "inner/s");
}

TEST_F(ConfigFile, reads_levels_pins_and_node_configuration) {
  const std::string digest(64, 'a');
  const HostConfig config =
      good("[log]\nlevel = \"warn\"\nformat = \"json\"\nmodules.control = \"trace\"\n[plugin.p]\nsha256 = \"" + digest +
           "\"\ndeny = [\"lodge.store/1\"]\n[config.demo]\nlist = [1, 2.5, true]\n");
  EXPECT_EQ(config.log.level, log::Level::warn);
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.log.modules.at("control"), log::Level::trace);
  EXPECT_EQ(config.plugins.at("p").sha256, digest);
  EXPECT_THAT(config.plugins.at("p").deny, ElementsAre("lodge.store/1"));
  EXPECT_EQ(config.node_config.at("demo").at("list"), Value(Value::List{1, 2.5, true}));
}

TEST_F(ConfigFile, reads_which_domains_are_persisted) {
  const HostConfig config = good("[config_store]\na.persist = true\nb.persist = false\nc = {}\n[config.d]\nx = 1\n");
  EXPECT_THAT(config.persisted_domains(), ElementsAre("a"));
}

// --- several files, overrides ---

TEST_F(ConfigFile, drop_ins_add_and_replace_in_the_order_of_their_names) {
  write("lodged.d/20-more.toml", "[threads]\nworkers = 3\n[service.b]\nplugins = [\"x\"]\n");
  write("lodged.d/10-first.toml", "[threads]\nworkers = 2\nspin_us = 7\n");
  write("lodged.d/notes.txt", "not read");
  const HostConfig config = good("[threads]\nworkers = 1\nspares_max = 5\n");
  EXPECT_EQ(config.threads.workers, 3U);
  EXPECT_EQ(config.threads.spin_us, 7U);
  EXPECT_EQ(config.threads.spares_max, 5U);
  EXPECT_EQ(config.services.at(0).origin, "lodged.d/20-more.toml:3");
}

TEST_F(ConfigFile, a_service_in_two_files_names_both_places) {
  write("lodged.d/a.toml", "[service.greeter]\nplugins = [\"y\"]\n");
  EXPECT_THAT(wrong("\n[service.greeter]\nplugins = [\"x\"]\n"),
              AllOf(StartsWith("lodged.d/a.toml:1:"), HasSubstr("`greeter`"), HasSubstr("lodged.toml:2")));
}

TEST_F(ConfigFile, overrides_come_last) {
  write("lodged.d/a.toml", "[threads]\nworkers = 2\n");
  const HostConfig config = good("[threads]\nworkers = 1\n[service.s]\nplugins = [\"x\"]\n",
                                 {"threads.workers=4", "host.name=beta", "service.s.config.x.deep={a = 1}"});
  EXPECT_EQ(config.threads.workers, 4U);
  EXPECT_EQ(config.host.name, "beta");
  EXPECT_EQ(config.services.at(0).config.at("x"), Value::map({{"deep", Value::map({{"a", 1}})}}));
}

TEST_F(ConfigFile, a_wrong_override_is_named_as_such) {
  EXPECT_THAT(wrong("", {"threads.worker=4"}), AllOf(StartsWith("--set threads.worker: "), HasSubstr("`workers`")));
  EXPECT_THAT(wrong("", {"threads.workers"}), HasSubstr("path=value"));
  EXPECT_THAT(wrong("", {"threads.workers=many"}), HasSubstr("expected integer, got string"));
}

TEST_F(ConfigFile, overrides_work_without_a_file) {
  const auto config = read_config({std::nullopt, {"host.data_dir=state"}, environment()});
  EXPECT_EQ(config->host.data_dir, directory_ / "state");
}

// --- errors ---

TEST_F(ConfigFile, an_unknown_key_is_an_error_with_place_and_suggestion) {
  EXPECT_EQ(wrong("[limits]\n  frame_byte_max = 5\n"),
            "lodged.toml:2:3: unknown key `frame_byte_max` in [limits]; did you mean `frame_bytes_max`?");
  EXPECT_EQ(wrong("[servce.x]\n"), "lodged.toml:1:2: unknown key `servce`; did you mean `service`?");
}

TEST_F(ConfigFile, a_wrong_type_is_an_error_that_names_both) {
  EXPECT_EQ(wrong("[host]\nname = 5\n"), "lodged.toml:2:8: host.name: expected string, got integer");
  EXPECT_EQ(wrong("host = true\n"), "lodged.toml:1:8: host: expected table, got boolean");
}

TEST_F(ConfigFile, all_problems_are_reported_in_the_order_of_the_text) {
  write("lodged.d/a.toml", "typo = 1\n");
  const std::string message = wrong("[log]\nlevel = \"loud\"\n[threads]\nworkers = -1\nspin = 2\n");
  std::istringstream lines(message);
  std::vector<std::string> places;
  for (std::string line; std::getline(lines, line);) places.push_back(line.substr(0, line.find(": ")));
  EXPECT_THAT(places, ElementsAre("lodged.toml:2:9", "lodged.toml:4:11", "lodged.toml:5:1", "lodged.d/a.toml:1:1"));
}

TEST_F(ConfigFile, text_that_is_no_toml_is_an_error_with_its_place) {
  EXPECT_THAT(wrong("[host\nname = \"x\"\n"), AllOf(StartsWith("lodged.toml:1:"), HasSubstr("not valid TOML")));
}

TEST_F(ConfigFile, refuses_services_that_could_not_run) {
  EXPECT_THAT(wrong("[service.lodge]\nplugins = [\"x\"]\n"), HasSubstr("taken by the host"));
  EXPECT_THAT(wrong("[service.Greeter]\nplugins = [\"x\"]\n"), HasSubstr("not a service's name"));
  EXPECT_THAT(wrong("[service.a]\n"), HasSubstr("names no plugin"));
  EXPECT_THAT(wrong("[service.a]\nplugins = [\"x\", \"x\"]\n"), HasSubstr("listed twice"));
  EXPECT_THAT(wrong("[service.a]\nplugins = [{ per_second = 1 }]\n"), HasSubstr("needs its `name`"));
  EXPECT_THAT(wrong("[service.a]\nplugins = [1]\n"), HasSubstr("expected string or table, got integer"));
  EXPECT_THAT(wrong("[service.a]\nplugins = [\"x\"]\n[service.a.config]\nsalutation = \"hi\"\n"),
              HasSubstr("write `PLUGIN.salutation = ...`"));
}

TEST_F(ConfigFile, a_setting_said_in_list_and_table_is_an_error) {
  EXPECT_THAT(wrong("[service.a]\nplugins = [{ name = \"x\", n = 1 }]\nconfig.x.n = 2\n"),
              AllOf(StartsWith("lodged.toml:3:"), HasSubstr("say it once")));
}

TEST_F(ConfigFile, refuses_malformed_pins_interfaces_and_long_sockets) {
  EXPECT_THAT(wrong("[plugin.p]\nsha256 = \"abc\"\n"), HasSubstr("not a SHA-256"));
  EXPECT_THAT(wrong("[plugin.p]\ndeny = [\"store\"]\n"), HasSubstr("lodge.store/1"));
  EXPECT_THAT(wrong("[config_store.a]\npersists = true\n"), HasSubstr("did you mean `persist`?"));
  EXPECT_THAT(wrong("[config_store.a]\npersist = \"yes\"\n"), HasSubstr("expected boolean, got string"));
  EXPECT_THAT(wrong("[config_store]\na = true\n"), HasSubstr("config_store.a: expected table, got boolean"));
  EXPECT_THAT(wrong("[config_store." + std::string(65, 'd') + "]\npersist = true\n"), HasSubstr("1 to 64 bytes"));
  EXPECT_THAT(wrong("[config_stores.a]\npersist = true\n"), HasSubstr("did you mean `config_store`?"));
  EXPECT_THAT(wrong("[host]\nsocket = \"/" + std::string(120, 's') + "\"\n"), HasSubstr("107"));
  EXPECT_THAT(wrong("[host]\nname = \"Not good\"\n"), HasSubstr("not a host's name"));
}

TEST_F(ConfigFile, a_missing_file_is_not_found) {
  const auto config = read();
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Code::NOT_FOUND);
  EXPECT_THAT(config.error().message, StartsWith("lodged.toml: "));
  EXPECT_EQ(exit_code_of_config_error(config.error().code), ExitCode::no_input);
}

TEST_F(ConfigFile, size_and_depth_are_limited) {
  EXPECT_THAT(wrong("#" + std::string(2 << 20, 'x')), HasSubstr("larger than"));
  std::string nested = "[config.d]\nx = ";
  for (int level = 0; level < 40; ++level) nested += "[";
  nested += std::string(40, ']');
  EXPECT_THAT(wrong(nested), HasSubstr("nested deeper"));
  std::string dotted = "a";
  for (int part = 0; part < 100'000; ++part) dotted += ".a";
  EXPECT_THAT(wrong(dotted + " = 1"), HasSubstr("a key of more than"));
  EXPECT_THAT(wrong("x = \"\"\"a'\n\"\"\"\n" + dotted + " = 1"), StartsWith("lodged.toml:3:1: a key of more than"));
}

TEST_F(ConfigFile, dots_that_are_not_in_keys_do_not_count) {
  const std::string dots(100, '.');
  EXPECT_EQ(good("# " + dots + "\n[config.d]\nx = \"" + dots + "\\\"" + dots + "\"\ny = '''\n" + dots + "'''\n")
                .node_config.at("d")
                .size(),
            2U);
}

TEST_F(ConfigFile, dates_and_times_are_refused_with_the_remedy) {
  EXPECT_EQ(wrong("[config.d]\nday = 2024-05-01\n"),
            "lodged.toml:2:7: config.d.day: plugins know no date of TOML; write it as a string: \"2024-05-01\"");
  EXPECT_THAT(wrong("[config.d]\nat = 07:32:00\n"), HasSubstr("no time of TOML; write it as a string: \"07:32:00\""));
  EXPECT_THAT(wrong("[config.d]\nwhen = 2024-05-01T07:32:00Z\n"), HasSubstr("no date-time of TOML"));
  EXPECT_THAT(wrong("[host]\nname = 2024-05-01\n"), HasSubstr("host.name: expected string, got date"));
}

TEST_F(ConfigFile, numbers_that_are_not_finite_are_refused) {
  EXPECT_EQ(wrong("[config.d]\nratio = nan\n"),
            "lodged.toml:2:9: config.d.ratio: nan is no number that plugins get; leave it out, or write a string");
  EXPECT_THAT(wrong("[config.d]\nratio = -inf\n"), HasSubstr("lodged.toml:2:9: config.d.ratio: inf is no number"));
}

TEST_F(ConfigFile, what_plugins_do_not_get_is_found_wherever_it_is) {
  EXPECT_THAT(wrong("[service.a]\nplugins = [\"x\"]\nconfig.x.deep = [1, { t = 07:32:00 }]\n"),
              StartsWith("lodged.toml:3:27: service.a.config.x.deep[1].t: "));
  EXPECT_THAT(wrong("[service.a]\nplugins = [{ name = \"x\", n = inf }]\n"),
              StartsWith("lodged.toml:2:30: service.a.config.x.n: "));
  EXPECT_THAT(wrong("", {"config.d.since=2024-05-01"}),
              AllOf(StartsWith("--set config.d.since: "), Not(HasSubstr("config.d.since: config.d.since"))));
}

TEST_F(ConfigFile, a_service_without_plugins_is_an_error_whatever_else_is_wrong) {
  EXPECT_THAT(wrong("[service.a]\nglobl = true\n"), AllOf(HasSubstr("names no plugin"), HasSubstr("`global`")));
}

// --- what can be used of a configuration with problems ---

TEST_F(ConfigFile, a_service_whose_list_is_wrong_is_left_out_and_the_others_stay) {
  write("lodged.toml", "typo = 1\n[service.a]\nplugins = [1]\n[service.b]\nplugins = [\"x\"]\n");
  const auto outcome = read_config_with_problems({"lodged.toml", {}, environment()});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->problems.size(), 2U);
  EXPECT_TRUE(outcome->services_known);
  ASSERT_EQ(outcome->config.services.size(), 1U);
  EXPECT_EQ(outcome->config.services[0].name, "b");
}

TEST_F(ConfigFile, services_are_in_doubt_where_a_file_is_no_toml_or_the_host_section_is_wrong) {
  for (const char* text : {"[service.a]\nplugins = [\"x\"]\n[", "[host]\nplugin_dirs = 1\n"}) {
    write("lodged.toml", text);
    const auto outcome = read_config_with_problems({"lodged.toml", {}, environment()});
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->services_known) << text;
  }
}

// --- where values came from ---

TEST_F(ConfigFile, origins_find_a_value_or_the_table_around_it) {
  const HostConfig config =
      good("[service.a]\nplugins = [\"x\", { name = \"y\", n = 1 }]\n[service.a.config]\nx.deep.er = 2\n");
  EXPECT_EQ(config.origins.at("service.a.config.x.deep.er").full(), "lodged.toml:4:8");
  EXPECT_EQ(config.origins.at("service.a.config.y.n").full(), "lodged.toml:2:31");
  EXPECT_EQ(config.origins.at("service.a.paused").full(), "lodged.toml:1:10");
  EXPECT_EQ(config.origins.at("threads.workers").full(), "");
}

// --- the sample ---

std::string sample() {
  std::ifstream in(SAMPLE_CONFIG);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// With every option uncommented: what follows a "#" without a space.
std::string uncommented_sample() { return std::regex_replace(sample(), std::regex("(^|\n)#(?=[^# \n])"), "$1"); }

TEST_F(ConfigFile, the_sample_is_valid_and_says_nothing) {
  ASSERT_FALSE(sample().empty());
  EXPECT_TRUE(good(sample()).services.empty());
}

TEST_F(ConfigFile, the_sample_uncommented_is_valid_and_shows_the_defaults) {
  const HostConfig config = good(uncommented_sample());
  EXPECT_EQ(config.threads, ThreadsSection{});
  EXPECT_EQ(config.limits, LimitsSection{});
  EXPECT_EQ(config.trace, service::SpanOptions{});
  EXPECT_EQ(config.log.level, LogSection{}.level);
  EXPECT_EQ(config.log.format, LogSection{}.format);
  ASSERT_EQ(config.services.size(), 1U);
  EXPECT_EQ(config.services[0].store_bytes_max, LimitsSection{}.store_bytes_max);
  EXPECT_EQ(config.services[0].global, service::ServiceSpec{}.global);
}

TEST_F(ConfigFile, the_sample_has_every_key_there_is) {
  const HostConfig config = good(uncommented_sample());
  for (const std::string& key : known_config_keys()) {
    std::string path = std::regex_replace(key, std::regex("(plugin|service)\\.NAME"), "$1.greeter");
    path = std::regex_replace(path, std::regex("DOMAIN"), "demo");
    // The place of a key that is written is another than that of the table around it.
    EXPECT_NE(config.origins.at(path).full(), config.origins.at(path.substr(0, path.rfind('.'))).full()) << key;
  }
}

}  // namespace
}  // namespace lodge::control
