<?php

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use RuntimeException;

/**
 * Lets only requests through that pressrun has signed, as Standard Webhooks 1.0 has it: the header
 * webhook-signature holds one signature for each secret of the sender, and any secret of ours may match
 * any of them. So a secret can be changed on both sides one after the other.
 */
class VerifyStandardWebhook
{
    private const TOLERANCE = 300; // seconds that the sender's clock may be off, and a request be late

    public function handle(Request $request, Closure $next)
    {
        $id = $request->header('webhook-id', '');
        $timestamp = $request->header('webhook-timestamp', '');
        $signatures = explode(' ', $request->header('webhook-signature', ''));

        if (abs(time() - (int) $timestamp) > self::TOLERANCE) {
            return response('The time of the request is missing, or more than 5 minutes off.', 401);
        }
        foreach ($this->secrets() as $secret) {
            $mac = hash_hmac('sha256', $id.'.'.$timestamp.'.'.$request->getContent(), $secret, true);
            foreach ($signatures as $signature) {
                if (hash_equals('v1,'.base64_encode($mac), $signature)) {
                    return $next($request);
                }
            }
        }

        return response('No signature of the request is right.', 401);
    }

    private function secrets(): array
    {
        $secrets = config('services.pressrun.secrets');
        if (empty($secrets)) {
            throw new RuntimeException('PRESSRUN_SECRETS is not set.');
        }

        return array_map(function (string $secret) {
            return strpos($secret, 'whsec_') === 0 ? base64_decode(substr($secret, 6)) : $secret;
        }, $secrets);
    }
}
