/*
 * The limit: rows of a mapped file by one sendmsg a batch, a thread a connection, and nothing else.
 * raw PORT FILE HEADER_BYTES ROW_BYTES ROWS; every request's path is /BATCH_ROWS/NUMBER.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_ROWS = 1000 };

static const char *data;
static size_t row_bytes;
static uint64_t rows;

static uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static int send_all(int socket, struct iovec *parts, int count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent <= 0) {
            return -1;
        }
        while (count > 0 && (size_t)sent >= parts->iov_len) {
            sent -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + sent;
            parts->iov_len -= sent;
        }
    }
    return 0;
}

static void *serve(void *argument) {
    int socket = (int)(intptr_t)argument;
    char request[4096];
    size_t filled = 0;
    for (;;) {
        ssize_t got = recv(socket, request + filled, sizeof request - 1 - filled, 0);
        if (got <= 0) {
            break;
        }
        filled += got;
        request[filled] = 0;
        if (!strstr(request, "\r\n\r\n")) {
            continue;
        }
        filled = 0;
        unsigned batch = 0;
        unsigned long long number = 0;
        if (sscanf(request, "GET /%u/%llu ", &batch, &number) != 2 || batch > MAX_ROWS) {
            break;
        }
        struct iovec parts[MAX_ROWS + 1];
        char head[256];
        parts[0].iov_base = head;
        parts[0].iov_len = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", batch * row_bytes);
        for (unsigned i = 0; i < batch; i++) {
            parts[i + 1].iov_base = (char *)data + (mix(number * batch + i) % rows) * row_bytes;
            parts[i + 1].iov_len = row_bytes;
        }
        if (send_all(socket, parts, batch + 1) != 0) {
            break;
        }
    }
    close(socket);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 6) {
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int file = open(arguments[2], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        return 3;
    }
    const char *mapping = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (mapping == MAP_FAILED) {
        return 4;
    }
    data = mapping + atoll(arguments[3]);
    row_bytes = atoll(arguments[4]);
    rows = atoll(arguments[5]);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 256) != 0) {
        return 5;
    }
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) {
            continue;
        }
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection) == 0) {
            pthread_detach(thread);
        } else {
            close(connection);
        }
    }
}
