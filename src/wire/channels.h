/* The named fifos: how they are made and opened. For locks see lock.h.

   In a service directory all are 0600, except that a logger's input is 0622: a service that has
   dropped root may open /dev/stdout, which leads to it. So that nobody else reaches that, the
   directory of a logger is 0700. That of a service in a live directory is 0711: whoever may enter
   LIVE may look at the state there. Only the owner may read a lock, because to read it is enough to
   keep others from taking it.

     supervise/control  s6's letters, commands of anyone who may write there
     supervise/orders   the scanner's orders: order.h
     supervise/pipe     a logger's input: in NAME/log, written by NAME's ./run
     supervise/notify   where ./run says that it is ready; made anew at each start
     supervise/output/out, err
                        the output of ./run for the collector (reeve-log --collect, in LIVE/.log);
                        of a service with a logger only stderr. 0622, too; their directory is
                        0700, so that nobody else writes there

   In LIVE/.log:

     supervise/news     to the collector: the names, each with a newline, of services in LIVE
                        that have just opened their out and err
     supervise/reads    an empty file, not a fifo: the collector locks one byte of it for each fifo
                        that it reads (fifo_byte). A lock on the fifo itself would stop a service
                        that locks its own stdout

   In LIVE/.s6-svscan:

     control            s6-svscanctl's letters; `u`: upgrade; `c`: count instances (scale.h)
     reports            see report.h

   and these files, for the client and for the scanner's successor:

     state              see scan_state.h
     command            CMD, while it runs: its status, packed as a service's, and
                        a record of its birth (state.h)
     life               the life of the PID namespace to which all this belongs (process.h) */

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
#define SCRIPT_FILE ".s6-svscan/script" /* the path of the cont-init.d script that runs, and a newline; valid while /init holds that lock */
#define STOPPING_LOCK ".s6-svscan/stopping" /* held by the scanner from the beginning of a stop to its end */
#define LIFE_FILE ".s6-svscan/life"
#define COMMAND_STATUS_FILE ".s6-svscan/command"
#define EXIT_CODE_FILE ".s6-svscan/exitcode" /* in LIVE: the exit code of the tree, a decimal number */

/* Makes the fifo `path` with mode 0600. A fifo that exists and is the caller's or root's will do.
   Returns 1, or 0 with errno: EEXIST when something else has the name. */
extern int fifo_make (char const *path) ;

/* The same with mode 0622; a fifo that exists is given that mode. */
extern int fifo_make_shared (char const *path) ;

/* Opens the fifo `path`, close-on-exec and non-blocking, with `flags` (O_RDONLY, O_WRONLY, O_RDWR);
   follows no link. O_RDWR holds both ends: reads never see an end of file, and writes never fail
   for want of a reader. Returns a descriptor, or -1 with errno: ENXIO when O_WRONLY finds no
   reader, EINVAL when it is not a fifo. */
extern int fifo_open (char const *path, int flags) ;

/* Sets `byte` to the byte of COLLECTOR_READS that stands for the open fifo: its offset is the fifo's
   inode number. Returns 1, or 0 with errno. */
extern int fifo_byte (int fd, struct flock *byte) ;

/* Writes `len` bytes to the fifo `path`, all at once (len <= PIPE_BUF).
   Returns 1, or 0 with errno: ENXIO or ENOENT when nobody reads, EAGAIN when it
   is full. Never blocks. */
extern int fifo_send (char const *path, char const *bytes, size_t len) ;

#endif
