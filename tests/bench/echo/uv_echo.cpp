// The reference of group `control`: a bare libuv server on a unix socket. For each REQUEST bytes received it writes
// REPLY bytes, answers of one read together.
//   uv_echo SOCKET REQUEST REPLY
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

std::size_t request_bytes = 0;
std::size_t reply_bytes = 0;

struct Peer {
  uv_pipe_t pipe{};
  std::vector<char> buffer = std::vector<char>(65536);
  std::vector<char> replies;
  std::size_t pending = 0;
};

void closed(uv_handle_t* handle) { delete static_cast<Peer*>(handle->data); }

void room(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
  Peer& peer = *static_cast<Peer*>(handle->data);
  *buffer = uv_buf_init(peer.buffer.data(), static_cast<unsigned>(peer.buffer.size()));
}

void received(uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
  Peer& peer = *static_cast<Peer*>(stream->data);
  if (size < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), closed);
    return;
  }
  peer.pending += static_cast<std::size_t>(size);
  peer.replies.resize(peer.pending / request_bytes * reply_bytes);
  peer.pending %= request_bytes;
  uv_buf_t out = uv_buf_init(peer.replies.data(), static_cast<unsigned>(peer.replies.size()));
  // The benchmark's clients read as fast as they send: a write that does not fit ends the measurement.
  if (out.len > 0 && uv_try_write(stream, &out, 1) != static_cast<int>(out.len)) std::exit(1);
}

void connected(uv_stream_t* server, int) {
  auto* const peer = new Peer;
  uv_pipe_init(server->loop, &peer->pipe, 0);
  peer->pipe.data = peer;
  uv_accept(server, reinterpret_cast<uv_stream_t*>(&peer->pipe));
  uv_read_start(reinterpret_cast<uv_stream_t*>(&peer->pipe), room, received);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  request_bytes = std::stoul(argv[2]);
  reply_bytes = std::stoul(argv[3]);
  uv_loop_t* const loop = uv_default_loop();
  uv_pipe_t server;
  uv_pipe_init(loop, &server, 0);
  if (uv_pipe_bind(&server, argv[1]) != 0) return 73;
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&server), 1024, connected) != 0) return 71;
  return uv_run(loop, UV_RUN_DEFAULT);
}
