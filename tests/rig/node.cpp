#include "rig/node.hpp"

#include <utility>

#include "names/abi_config.hpp"
#include "names/abi_names.hpp"
#include "plugin/abi_log.hpp"
#include "service/abi_metric.hpp"
#include "service/abi_store.hpp"
#include "service/base_plugin.hpp"

namespace lodge::rig {

namespace {

class Promised final : public service::AnswerTo {
 public:
  explicit Promised(std::promise<Answer> promise) : promise_(std::move(promise)) {}

  void answer(Code code, Executed executed, ByteView body) override {
    Answer out{.code = code, .executed = executed, .value = {}, .message = {}};
    if (code == Code::OK) {
      out.value = wire::Value::unpack(body).value();
    } else {
      out.message = text_of(body);
    }
    promise_.set_value(std::move(out));
  }

 private:
  std::promise<Answer> promise_;
};

}  // namespace

void ScriptedSource::add(ScriptedPlugin& plugin) {
  plugins_[plugin.name()] = plugin::bind(plugin.descriptor()).value();
}

void ScriptedSource::add_builtin(const lodge_plugin& plugin) { plugins_[plugin.name] = plugin::bind(plugin).value(); }

Result<const plugin::Descriptor*> ScriptedSource::describe(std::string_view name) {
  const auto found = plugins_.find(name);
  if (found == plugins_.end()) return Error{Code::NOT_FOUND, "no plugin " + std::string(name)};
  return &found->second->descriptor;
}

Result<std::shared_ptr<const plugin::Plugin>> ScriptedSource::load(std::string_view name) {
  return plugins_.find(name)->second;
}

std::vector<std::string> ScriptedSource::denied(std::string_view name) const {
  const auto found = denied_.find(name);
  return found != denied_.end() ? found->second : std::vector<std::string>();
}

Node::Node(const NodeOptions& options)
    : loop_(Loop::create(clock_).value()),
      workers_(options.threads),
      names_(std::make_unique<names::Names>(workers_, options.hash_seed)),
      config_(std::make_unique<names::NodeConfig>(clock_, workers_, options.hash_seed)) {
  names::offer_names(interfaces_, *names_);
  names::offer_config(interfaces_, *config_);
  service::offer_store(interfaces_);
  service::offer_metrics(interfaces_, plugin_metrics_);
  plugin::offer_log(interfaces_);
  runtime_ = std::make_unique<service::Runtime>(service::RuntimeParts{.clock = clock_,
                                                                      .executor = workers_,
                                                                      .turns = hooks_,
                                                                      .timers = *loop_,
                                                                      .interfaces = interfaces_,
                                                                      .plugins = source_,
                                                                      .hash_seed = options.hash_seed,
                                                                      .call_timeout_ns = options.call_timeout_ns,
                                                                      .answer_bytes_max = options.answer_bytes_max,
                                                                      .lifecycle = options.lifecycle});
  name_ties_ = std::make_unique<service::NameTies>(*names_, *config_, runtime_->calls());
  runtime_->listen(*name_ties_);
  runtime_->listen(plugin_metrics_);
  source_.add_builtin(service::builtin_base());
  loop_thread_ = std::thread([this] { loop_->run(); });
}

Node::~Node() {
  (void)runtime_->stop_all(std::chrono::seconds(10));
  (void)hooks_.stop(10'000'000'000);
  (void)workers_.stop(10'000'000'000);
  loop_->stop();
  loop_thread_.join();
}

Status Node::start(const std::string& service, const std::vector<std::string>& plugins,
                   const std::map<std::string, wire::Value>& config) {
  service::ServiceSpec spec;
  spec.name = service;
  spec.plugins = plugins;
  spec.config = config;
  return runtime_->start(spec);
}

service::Running Node::want(const std::string& service, service::Admin admin) {
  const std::shared_ptr<service::Service> found = runtime_->find(service);
  (void)found->want(admin, "asked");
  return found->settle(std::chrono::seconds(10)).running;
}

std::future<Answer> Node::send(const std::string& service, const std::string& name,
                               const std::vector<wire::Value>& args, MonotonicNs timeout_ns) {
  std::promise<Answer> promise;
  std::future<Answer> future = promise.get_future();
  auto answer_to = std::make_unique<Promised>(std::move(promise));
  Promised& to = *answer_to;
  const Bytes packed = pack_all(args);
  const service::CallRequest request{
      .name = name,
      .args = wire::PackedValues::vouched(packed, static_cast<std::uint32_t>(args.size())),
      .flags = LODGE_CALL_OUTSIDE,
      .deadline = clock_.now() + timeout_ns};
  auto call = runtime_->calls().prepare(service, request, true, std::move(answer_to));
  if (!call) {
    std::promise<Answer> refused;
    refused.set_value({call.error().code, call.error().executed, {}, call.error().message});
    return refused.get_future();
  }
  if ((*call)->quick()) {
    loop_->post([held = *call] { held->run_quick(); });
    return future;
  }
  (*call)->submitted();
  Task* const task = call->get();
  if (workers_.submit({&task, 1}) == 0 && (*call)->dropped()) {
    const Error full = service::queue_full(workers_);
    to.answer(full.code, full.executed, view_of(full.message));
  }
  return future;
}

Answer Node::call(const std::string& service, const std::string& name, const std::vector<wire::Value>& args,
                  MonotonicNs timeout_ns) {
  return send(service, name, args, timeout_ns).get();
}

std::vector<std::string> Node::chain(const std::string& service) const {
  std::vector<std::string> out;
  for (const auto& instance : runtime_->find(service)->assembly()->instances) out.push_back(instance->name());
  return out;
}

}  // namespace lodge::rig
