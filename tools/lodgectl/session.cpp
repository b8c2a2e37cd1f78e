#include "lodgectl/session.hpp"

#include "lodgectl/arguments.hpp"

namespace lodge::ctl {

using wire::Value;

Result<wire::Client> Session::connect() const {
  auto client = wire::Client::connect(options_.socket, clock_, "lodgectl");
  if (client) return client;
  Error error = client.error();
  if (error.message.ends_with('?')) error.message += " Say where it listens with --socket PATH or LODGE_SOCKET.";
  return error;
}

Result<wire::Client*> Session::client() {
  if (!client_) {
    auto connected = connect();
    if (!connected) return connected.error();
    client_ = *std::move(connected);
  }
  return &*client_;
}

wire::Client::CallOptions Session::call_options() const {
  wire::Client::CallOptions call;
  call.timeout_ns = options_.timeout_ms * 1'000'000;
  call.trace = trace_;
  return call;
}

Result<Value> Session::call(std::string_view service, std::string_view function, const Value::List& arguments,
                            const wire::Client::CallOptions& options) {
  const auto connected = client();
  if (!connected) return connected.error();
  const auto sent =
      (*connected)->send(service, function, packed(arguments), static_cast<std::uint32_t>(arguments.size()), options);
  if (!sent) return sent.error();
  const auto answer = (*connected)->receive(*sent, patience_ns());
  if (!answer) return answer.error();
  return Value::unpack(*answer);
}

ExitCode Session::failed(const Error& error) {
  output_.error(error);
  return error.code == Code::UNAVAILABLE ? ExitCode::unavailable : ExitCode::failed;
}

ExitCode Session::wrong_usage(std::string_view message) {
  output_.error({Code::INVALID_ARGUMENT, std::string(message)});
  return ExitCode::usage;
}

ExitCode Session::wrong_argument(const Error& error) {
  output_.error(error);
  return error.code == Code::NOT_FOUND ? ExitCode::no_input : ExitCode::usage;
}

}  // namespace lodge::ctl
