# The server in a container: data under /data, port 8080 on all addresses. Since that is beyond loopback, it starts only with keys,
#   docker run -p 8080:8080 -v /my/arrays:/data:ro -e Microtome__ApiKeys__0__Name=me -e Microtome__ApiKeys__0__Sha256=… microtome
# or when told that everybody who reaches it may read:
#   docker run -p 127.0.0.1:8080:8080 -v /my/arrays:/data:ro -e Microtome__AllowAnonymous=true microtome
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json .editorconfig appsettings.json ./
COPY samples samples
COPY src src
# Compiled ahead together with the framework it runs on: the first batch comes in half the time.
RUN dotnet publish src/Api --configuration Release --use-current-runtime --self-contained true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true --output /app

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
WORKDIR /app
COPY --from=build /app .
ENV ASPNETCORE_HTTP_PORTS=8080 Microtome__DataRoots__0=/data
VOLUME /data
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["./Microtome.Api"]
