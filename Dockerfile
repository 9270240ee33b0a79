# Builds the overlay, and an image that has it, with nothing but Docker. It downloads
# 75 MB of Debian packages and sources, and takes about three minutes.
#
#   docker build -t reeve-quickstart .                  the example below, to run
#   docker build -t reeve-overlay --target overlay .    only the overlay, for
#                                                       COPY --from=reeve-overlay / /

FROM debian:bookworm AS build
WORKDIR /src
COPY . .
RUN ./configure --install-deps=overlay-amd64 && make overlay-amd64
RUN mkdir /overlay && tar -xzf build/reeve-overlay-amd64.tar.gz -C /overlay

FROM scratch AS overlay
COPY --from=build /overlay/ /

FROM debian:bookworm
COPY --from=overlay / /
COPY servicedirs-example/quickstart/services.d /etc/services.d
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["reeve", "status"]
ENTRYPOINT ["/init"]
