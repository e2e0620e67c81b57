using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.FakeServer;

/// <summary>
/// Under which names the methods of a <see cref="FakeService"/> are called. By hand, because what is generated for a server
/// has the messages once more, as other types.
/// </summary>
internal sealed class FakeMethods : IServiceMethodProvider<FakeService>
{
    private const string Api = "build.bazel.remote.execution.v2.";
    private const string Storage = Api + "ContentAddressableStorage";
    private const string Results = Api + "ActionCache";
    private const string Execution = Api + "Execution";
    private const string Stream = "google.bytestream.ByteStream";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FakeService> context)
    {
        Unary<GetCapabilitiesRequest, ServerCapabilities>(Api + "Capabilities", "GetCapabilities", static (service, request, call) => service.GetCapabilitiesAsync(request, call));
        Unary<GetActionResultRequest, ActionResult>(Results, "GetActionResult", static (service, request, call) => service.GetActionResultAsync(request, call));
        Unary<UpdateActionResultRequest, ActionResult>(Results, "UpdateActionResult", static (service, request, call) => service.UpdateActionResultAsync(request, call));
        Unary<FindMissingBlobsRequest, FindMissingBlobsResponse>(Storage, "FindMissingBlobs", static (service, request, call) => service.FindMissingBlobsAsync(request, call));
        Unary<BatchUpdateBlobsRequest, BatchUpdateBlobsResponse>(Storage, "BatchUpdateBlobs", static (service, request, call) => service.BatchUpdateBlobsAsync(request, call));
        Unary<BatchReadBlobsRequest, BatchReadBlobsResponse>(Storage, "BatchReadBlobs", static (service, request, call) => service.BatchReadBlobsAsync(request, call));
        Unary<QueryWriteStatusRequest, QueryWriteStatusResponse>(Stream, "QueryWriteStatus", static (service, request, call) => service.QueryWriteStatusAsync(request, call));
        Unary<GetOperationRequest, Operation>("google.longrunning.Operations", "GetOperation", static (service, request, call) => service.GetOperationAsync(request, call));
        Unary<CancelOperationRequest, Google.Protobuf.WellKnownTypes.Empty>("google.longrunning.Operations", "CancelOperation", static (service, request, call) => service.CancelOperationAsync(request, call));
        ServerStream<ReadRequest, ReadResponse>(Stream, "Read", static (service, request, responses, call) => service.ReadAsync(request, responses, call));
        ServerStream<ExecuteRequest, Operation>(Execution, "Execute", static (service, request, responses, call) => service.ExecuteAsync(request, responses, call));
        ServerStream<WaitExecutionRequest, Operation>(Execution, "WaitExecution", static (service, request, responses, call) => service.WaitExecutionAsync(request, responses, call));
        context.AddClientStreamingMethod(
            Method<WriteRequest, WriteResponse>(MethodType.ClientStreaming, Stream, "Write"),
            [],
            static (service, requests, call) => service.WriteAsync(requests, call));

        void Unary<TRequest, TResponse>(string service, string name, Grpc.AspNetCore.Server.Model.UnaryServerMethod<FakeService, TRequest, TResponse> method)
            where TRequest : class, IMessage<TRequest>, new()
            where TResponse : class, IMessage<TResponse>, new() =>
            context.AddUnaryMethod(Method<TRequest, TResponse>(MethodType.Unary, service, name), [], method);

        void ServerStream<TRequest, TResponse>(string service, string name, Grpc.AspNetCore.Server.Model.ServerStreamingServerMethod<FakeService, TRequest, TResponse> method)
            where TRequest : class, IMessage<TRequest>, new()
            where TResponse : class, IMessage<TResponse>, new() =>
            context.AddServerStreamingMethod(Method<TRequest, TResponse>(MethodType.ServerStreaming, service, name), [], method);
    }

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string service, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(type, service, name, Form<TRequest>(), Form<TResponse>());

    private static Marshaller<T> Form<T>()
        where T : class, IMessage<T>, new() =>
        new(static message => message.ToByteArray(), static bytes => new MessageParser<T>(static () => new()).ParseFrom(bytes));
}
