<?php

namespace Spatie\WebhookClient;

use Illuminate\Http\Request;
use RuntimeException;
use Spatie\WebhookClient\Models\WebhookCall;

class WebhookController
{
    public function __invoke(Request $request)
    {
        $name = substr($request->route()->getName(), strlen('webhook-client-'));
        $config = collect(config('webhook-client.configs'))->firstWhere('name', $name);

        $expected = hash_hmac('sha256', $request->getContent(), $config['signing_secret']);
        if (! hash_equals($expected, $request->header($config['signature_header_name'], ''))) {
            throw new RuntimeException('The signature is invalid.');
        }
        if (app($config['webhook_profile'])->shouldProcess($request)) {
            $call = WebhookCall::create([
                'name' => $name,
                'url' => $request->fullUrl(),
                'headers' => $request->headers->all(),
                'payload' => $request->input(),
            ]);
            dispatch(new $config['process_webhook_job']($call));
        }

        return response()->json(['message' => 'ok']);
    }
}
