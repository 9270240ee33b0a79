/* The fifos with a name: how they are made and opened. The locks: lock.h.

   In a service directory, all 0600 but for the logger's input, which is 0622: a service that has
   dropped root may open /dev/stdout, which leads to it. So the directory of a logger is 0700, that of
   a service in a live directory 0711: who may enter LIVE may look at the state there, and nobody but
   the owner may read a lock, which would be enough to keep others from it:
     supervise/control  commands of anyone who may write, s6's letters
     supervise/orders   the scanner's orders: order.h
     supervise/pipe     a logger's input: in NAME/log, written by NAME's ./run
     supervise/notify   where ./run says that it is ready, made anew at each start
     supervise/output/out, err
                        what ./run writes (of a service with a logger only stderr). The collector
                        (reeve-log --collect, in LIVE/.log) reads it. 0622, too. Their directory
                        is 0700: nobody else's lines are written there
   In LIVE/.log:
     supervise/news     to the collector: the names, each with a newline, of those in LIVE
                        that have just begun to hold their out and err
     supervise/reads    no fifo, but an empty file: the collector locks one byte of it for each fifo
                        that it reads (fifo_byte). A lock on the fifo itself would stop a service that
                        locks its own stdout
   In LIVE/.s6-svscan:
     control            s6-svscanctl's letters; `u`: upgrade; `c`: look how many instances there are to be (scale.h)
     reports            see report.h
   and, no fifos, for the client and for the scanner's successor
     state              see scan_state.h
     command            CMD, while it runs: its status, packed as a service's, and
                        a record of its birth (state.h)
     life               of which life of the PID namespace all this is (process.h) */

#ifndef REEVE_WIRE_CHANNELS_H
#define REEVE_WIRE_CHANNELS_H

#include <fcntl.h>
#include <stddef.h>
#include <sys/types.h>

#define CONTROL_FIFO "supervise/control"
#define ORDERS_FIFO "supervise/orders"
#define LOGGER_FIFO "supervise/pipe"
#define COLLECTED "supervise/output"
#define COLLECTED_STDOUT COLLECTED "/out"
#define COLLECTED_STDERR COLLECTED "/err"
#define COLLECTOR ".log" /* in LIVE: its service directory */
#define COLLECTOR_NEWS COLLECTOR "/supervise/news"
#define COLLECTOR_READS COLLECTOR "/supervise/reads"
#define NOTIFY_FIFO "supervise/notify"
#define SUPERVISE_LOCK "supervise/lock"
#define SCAN_CONTROL_FIFO ".s6-svscan/control"
#define SCAN_LOCK ".s6-svscan/lock"
#define PREPARING_LOCK ".s6-svscan/preparing" /* held by /init until it becomes the scanner */
#define SCRIPT_FILE ".s6-svscan/script" /* the path of the script of /etc/cont-init.d that runs, and a newline; while there is that lock */
#define STOPPING_LOCK ".s6-svscan/stopping" /* held by the scanner from the beginning of a stop to its end */
#define LIFE_FILE ".s6-svscan/life"
#define COMMAND_STATUS_FILE ".s6-svscan/command"
#define EXIT_CODE_FILE ".s6-svscan/exitcode" /* decimal, in LIVE: section 8's */

/* Makes the fifo `path` with mode 0600; one that exists, is the caller's (or
   root's) and is a fifo will do.
   Returns 1, or 0 with errno: EEXIST when the name is taken by something else. */
extern int fifo_make (char const *path) ;

/* The same with mode 0622, which one that exists is given, too. */
extern int fifo_make_shared (char const *path) ;

/* Opens the fifo `path`, close-on-exec, non-blocking, following no link, with
   `flags` (O_RDONLY, O_WRONLY, O_RDWR). O_RDWR holds both ends: reads never see
   an end of file, writes never fail for want of a reader.
   Returns a descriptor, or -1 with errno: ENXIO when O_WRONLY finds no reader,
   EFTYPE's stand-in EINVAL when it is no fifo. */
extern int fifo_open (char const *path, int flags) ;

/* Writes to `byte` which byte of COLLECTOR_READS stands for the open fifo: the one with its inode's number.
   Returns 1, or 0 with errno. */
extern int fifo_byte (int fd, struct flock *byte) ;

/* Writes `len` bytes to the fifo `path`, all at once (len <= PIPE_BUF).
   Returns 1, or 0 with errno: ENXIO or ENOENT when nobody reads, EAGAIN when it
   is full. Never blocks. */
extern int fifo_send (char const *path, char const *bytes, size_t len) ;

#endif
