// lodge::Services over a real node.
#include <atomic>
#include <mutex>

#include "sdk/lent_host.hpp"

namespace {

using lodge::rig::eventually;

struct ServicesOfHost : LentHost {
  ~ServicesOfHost() override { node.stop_all(); }  // before what the watches of a test refer to

  lodge::Host host = start("s");
  lodge::Services services = host.services();

  lodge::Running running(const std::string& name) const { return services.status(name).or_throw().running; }
};

TEST_F(ServicesOfHost, tell_what_they_do_and_do_what_they_are_told) {
  start("other");
  EXPECT_EQ(services.list().or_throw().size(), 2U);
  EXPECT_THAT(services.status("nobody"), Refuses(LODGE_NOT_FOUND, "lodge.service/1 status nobody"));
  services.want("other", lodge::Admin::pause, "for the night").or_throw();
  const lodge::ServiceStatus paused = services.status("other").or_throw();
  EXPECT_EQ(paused.running, lodge::Running::paused);
  EXPECT_EQ(paused.reason, "for the night");
  EXPECT_TRUE(paused.live());
  EXPECT_THAT(services.want("s", lodge::Admin::pause), testing::Property(&lodge::Result<void>::ok, false));
}

/// Of all that is known of a service, what a plugin takes.
struct Known {
  std::string status;
  std::string config_hash;
  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("status", &Known::status), lodge::field("config_hash", &Known::config_hash));
};

TEST_F(ServicesOfHost, tell_all_that_is_known) {
  const Known known = services.info<Known>("s").or_throw();
  EXPECT_EQ(known.status, "running");
  EXPECT_EQ(known.config_hash.size(), 16U);
}

TEST_F(ServicesOfHost, are_made_changed_and_removed) {
  services.create("made", {.plugins = {"lender"}, .service_class = "extra"}).or_throw();
  EXPECT_EQ(running("made"), lodge::Running::running);
  EXPECT_TRUE(services.change("made", {.dry_run = true}).or_throw().added.empty());
  EXPECT_THAT(services.change("made", {.add = {"nobody"}}).error().message, testing::HasSubstr("nobody"));
  services.remove("made").or_throw();
  EXPECT_FALSE(services.status("made").ok());
}

TEST_F(ServicesOfHost, are_watched) {
  std::mutex mutex;
  std::vector<std::string> heard;
  const lodge::Watch watch = services
                                 .watch({},
                                        [&](const lodge::ServiceStatus* now) {
                                          const std::lock_guard lock(mutex);
                                          if (now != nullptr && now->running == lodge::Running::running) {
                                            heard.push_back(now->name);
                                          }
                                        })
                                 .or_throw();
  services.create("one", {.plugins = {"lender"}}).or_throw();
  services.create("two", {.plugins = {"lender"}}).or_throw();
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return heard == std::vector<std::string>{"one", "two"};
  }));
}

// A service as a child: made with it, made again when it fails, removed with it.
TEST_F(ServicesOfHost, live_as_children) {
  const lodge::Child child = services.child(host.children(), "inner", {.plugins = {"lender"}}).or_throw();
  EXPECT_EQ(running("inner"), lodge::Running::running);
  const lodge::Host first = *Lender::newest;
  first.services().fail(LODGE_DATA_LOSS, "the disk is gone").or_throw();
  EXPECT_TRUE(
      eventually([&] { return Lender::newest.load() != nullptr && Lender::newest.load()->raw() != first.raw(); }));
  EXPECT_TRUE(eventually([&] {
    const auto now = services.status("inner");
    return now.ok() && now->running == lodge::Running::running;
  }));
  EXPECT_THAT(host.children().list().or_throw().front().last_end, testing::HasSubstr("the disk is gone"));
  child.stop().or_throw();
  EXPECT_TRUE(eventually([&] { return !services.status("inner").ok(); }));
}

}  // namespace
